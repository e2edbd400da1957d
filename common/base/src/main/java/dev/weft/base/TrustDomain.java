package dev.weft.base;

/**
 * A SPIFFE trust domain: the name under which one set of roots issues identities.
 *
 * @param name lower-case letters, digits, dots, dashes and underscores, 1 to 255 characters (SPIFFE-ID §2.1)
 */
public record TrustDomain(String name) {
    public TrustDomain {
        if (!isValid(name)) {
            throw new IllegalArgumentException("not a trust domain: '" + name + "'");
        }
    }

    static boolean isValid(String name) {
        if (name.isEmpty() || name.length() > 255) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_')) {
                return false;
            }
        }
        return true;
    }

    /** The identity of a workload, {@code spiffe://<domain>/ns/<namespace>/sa/<account>}. */
    public SpiffeId workload(String namespace, String serviceAccount) {
        return SpiffeId.parse("spiffe://" + name + "/ns/" + namespace + "/sa/" + serviceAccount);
    }

    /** The identity of a host credential, {@code spiffe://<domain>/host/<id>}. */
    public SpiffeId host(String id) {
        return SpiffeId.parse("spiffe://" + name + "/host/" + id);
    }

    @Override
    public String toString() {
        return name;
    }
}
