package dev.weft.base;

import org.jspecify.annotations.Nullable;

/**
 * A SPIFFE identity, {@code spiffe://<trust domain>/<path>}, valid by construction.
 *
 * <p>Rules: SPIFFE-ID §2: at most 2048 bytes, no empty, {@code .} or {@code ..} segment, path segments of letters,
 * digits, dots, dashes and underscores, no trailing slash, no query, fragment, port or user info.
 */
public record SpiffeId(TrustDomain trustDomain, String path) {
    private static final String SCHEME = "spiffe://";

    /** The most bytes an identity may have (SPIFFE-ID §2.3). */
    public static final int MAX_LENGTH = 2048;

    public SpiffeId {
        if (!isValidPath(path) || SCHEME.length() + trustDomain.name().length() + path.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("not a SPIFFE path: '" + path + "'");
        }
    }

    /** Parses an identity; throws {@link IllegalArgumentException} with the reason when it breaks a rule. */
    public static SpiffeId parse(String text) {
        SpiffeId id = parseOrNull(text);
        if (id == null) {
            throw new IllegalArgumentException("not a SPIFFE identity: '" + text + "'");
        }
        return id;
    }

    /** Parses an identity from an untrusted peer; null when it breaks a rule. */
    public static @Nullable SpiffeId parseOrNull(String text) {
        if (text.length() > MAX_LENGTH || !text.startsWith(SCHEME)) {
            return null;
        }
        int slash = text.indexOf('/', SCHEME.length());
        String domain = slash < 0 ? text.substring(SCHEME.length()) : text.substring(SCHEME.length(), slash);
        String path = slash < 0 ? "" : text.substring(slash);
        return TrustDomain.isValid(domain) && isValidPath(path) ? new SpiffeId(new TrustDomain(domain), path) : null;
    }

    private static boolean isValidPath(String path) {
        if (path.isEmpty()) {
            return true;
        }
        if (path.charAt(0) != '/') {
            return false;
        }
        int start = 1;
        for (int i = 1; i <= path.length(); i++) {
            if (i < path.length() && path.charAt(i) != '/') {
                if (!isSegmentChar(path.charAt(i))) {
                    return false;
                }
                continue;
            }
            int length = i - start;
            boolean dots = length <= 2 && path.regionMatches(start, "..", 0, length);
            if (length == 0 || dots) {
                return false;
            }
            start = i + 1;
        }
        return true;
    }

    private static boolean isSegmentChar(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_';
    }

    /** The namespace of a workload identity ({@code /ns/<ns>/sa/<sa>}), or null for any other form. */
    public @Nullable String namespace() {
        String[] parts = path.split("/", -1);
        return isWorkload(parts) ? parts[2] : null;
    }

    /** The service account of a workload identity, or null for any other form. */
    public @Nullable String serviceAccount() {
        String[] parts = path.split("/", -1);
        return isWorkload(parts) ? parts[4] : null;
    }

    private static boolean isWorkload(String[] parts) {
        return parts.length == 5 && parts[1].equals("ns") && parts[3].equals("sa");
    }

    @Override
    public String toString() {
        return SCHEME + trustDomain.name() + path;
    }
}
