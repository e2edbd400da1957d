package dev.weft.ca;

import dev.weft.base.SpiffeId;

/**
 * Which workload identities a host may run: {@code namespace/service-account}, either of them {@code *} for any.
 *
 * @param namespace a name or {@code *}
 * @param serviceAccount a name or {@code *}
 */
public record IdentityPattern(String namespace, String serviceAccount) {
    public IdentityPattern {
        if (!isSegment(namespace) || !isSegment(serviceAccount)) {
            throw new IllegalArgumentException("not a pattern of the form NAMESPACE/SERVICE-ACCOUNT: '" + namespace
                    + "/" + serviceAccount + "'; either may be *");
        }
    }

    /** Parses {@code shop/orders}, {@code shop/*} or {@code *}{@code /*}; {@link IllegalArgumentException} otherwise. */
    public static IdentityPattern parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException(
                    "not a pattern of the form NAMESPACE/SERVICE-ACCOUNT: '" + text + "'; either may be *");
        }
        return new IdentityPattern(text.substring(0, slash), text.substring(slash + 1));
    }

    /** Whether the pattern covers a workload identity; never true for a host's or a trust domain's. */
    public boolean covers(SpiffeId identity) {
        String ns = identity.namespace();
        String account = identity.serviceAccount();
        return ns != null
                && account != null
                && (namespace.equals("*") || namespace.equals(ns))
                && (serviceAccount.equals("*") || serviceAccount.equals(account));
    }

    private static boolean isSegment(String text) {
        return text.equals("*") || isName(text);
    }

    /** Letters, digits, dots, dashes and underscores; at most 253; not {@code .} or {@code ..}. */
    static boolean isName(String text) {
        return text.matches("[A-Za-z0-9._-]{1,253}") && !text.equals(".") && !text.equals("..");
    }

    @Override
    public String toString() {
        return namespace + "/" + serviceAccount;
    }
}
