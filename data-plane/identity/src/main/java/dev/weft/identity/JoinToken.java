package dev.weft.identity;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A one-time join token, {@code <secret>.<SHA-256 of the root's public key, hex>}: the secret says who asks, the hash lets
 * the asker know the control plane before it has any root (decision 11).
 *
 * @param secret what the control plane keeps only as a hash
 * @param rootKeyHash lower-case hex of the SHA-256 of the root's SubjectPublicKeyInfo
 */
public record JoinToken(String secret, String rootKeyHash) {
    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9_-]{16,128})\\.([0-9a-fA-F]{64})");

    /** Parses a token; {@link IllegalArgumentException} (which does not quote it) when it is not one. */
    public static JoinToken parse(String text) {
        var match = FORM.matcher(text.strip());
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "not a join token: it must be SECRET.HASH as `weft token create` prints it, copied whole");
        }
        return new JoinToken(match.group(1), match.group(2).toLowerCase(Locale.ROOT));
    }

    /** Whether this certificate holds the root key that the token names. */
    public boolean pins(X509Certificate root) {
        return MessageDigest.isEqual(HexFormat.of().parseHex(rootKeyHash), hash(root));
    }

    /** The SHA-256 of a certificate's SubjectPublicKeyInfo. */
    static byte[] hash(X509Certificate certificate) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(certificate.getPublicKey().getEncoded());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK lacks SHA-256", e);
        }
    }

    /** The whole token, for the caller that sends it. */
    public String text() {
        return secret + "." + rootKeyHash;
    }

    @Override
    public String toString() {
        return "JoinToken[…." + rootKeyHash.substring(0, 8) + "…]"; // never the secret
    }
}
