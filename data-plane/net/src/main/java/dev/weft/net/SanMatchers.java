package dev.weft.net;

import dev.weft.base.Diagnostic;
import dev.weft.xdsmodel.Secret;
import dev.weft.xdsmodel.Secret.SanType;
import dev.weft.xdsmodel.StringMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code match_typed_subject_alt_names}: one of them must match one name of the certificate. None = any name will do. */
record SanMatchers(List<Secret.SubjectAltNameMatcher> matchers) {
    static final SanMatchers ANY = new SanMatchers(List.of());

    SanMatchers {
        matchers = List.copyOf(matchers);
    }

    static List<Diagnostic> problems(List<Secret.SubjectAltNameMatcher> matchers) {
        List<Diagnostic> problems = new ArrayList<>();
        for (int i = 0; i < matchers.size(); i++) {
            if (matchers.get(i).matcher() instanceof StringMatcher.Regex) {
                problems.add(Diagnostic.error(
                        "unsupported-field",
                        "validation_context.match_typed_subject_alt_names[" + i + "].matcher.safe_regex",
                        "regular expressions are not supported for names of certificates",
                        "use exact, prefix, suffix or contains"));
            }
        }
        return problems;
    }

    boolean accept(PeerCertificate peer) {
        if (matchers.isEmpty()) {
            return true;
        }
        for (Secret.SubjectAltNameMatcher matcher : matchers) {
            List<String> names = switch (matcher.sanType()) {
                case URI -> peer.uriNames();
                case DNS -> peer.dnsNames();
                case EMAIL, IP_ADDRESS -> peer.otherNames();
            };
            for (String name : names) {
                if (matches(matcher.sanType(), matcher.matcher(), name)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean matches(SanType type, StringMatcher matcher, String name) {
        return switch (matcher) {
            case StringMatcher.Exact exact -> {
                if (type == SanType.DNS) {
                    // Envoy: an exact DNS matcher reads wildcards of the certificate (RFC 6125).
                    yield dnsMatches(name, exact.value());
                }
                yield exact.ignoreCase() ? name.equalsIgnoreCase(exact.value()) : name.equals(exact.value());
            }
            case StringMatcher.Prefix prefix ->
                name.regionMatches(
                        prefix.ignoreCase(),
                        0,
                        prefix.value(),
                        0,
                        prefix.value().length());
            case StringMatcher.Suffix suffix ->
                name.regionMatches(
                        suffix.ignoreCase(),
                        name.length() - suffix.value().length(),
                        suffix.value(),
                        0,
                        suffix.value().length());
            case StringMatcher.Contains contains ->
                contains.ignoreCase()
                        ? name.toLowerCase(Locale.ROOT)
                                .contains(contains.value().toLowerCase(Locale.ROOT))
                        : name.contains(contains.value());
            case StringMatcher.Regex regex -> false; // refused when configured
        };
    }

    /** Whether a DNS name of a certificate, perhaps with {@code *} as its whole first label, covers a host name. */
    static boolean dnsMatches(String certificateName, String host) {
        if (certificateName.equalsIgnoreCase(host)) {
            return true;
        }
        if (!certificateName.startsWith("*.")) {
            return false;
        }
        int dot = host.indexOf('.');
        return dot > 0
                && host.length() - dot == certificateName.length() - 1
                && host.regionMatches(true, dot, certificateName, 1, certificateName.length() - 1)
                && certificateName.indexOf('.', 2) > 0; // never a wildcard over a top-level domain
    }
}
