package dev.weft.ca;

import dev.weft.base.SpiffeId;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A certificate and what it hangs on.
 *
 * @param roots whom the holder shall trust
 */
public record Issued(SpiffeId identity, X509Certificate leaf, List<X509Certificate> roots) {
    /** PEM texts in the order of {@code CreateCertificate}: leaf first, the roots as the last element. */
    public List<String> chainPem() {
        StringBuilder bundle = new StringBuilder();
        roots.forEach(root -> bundle.append(pem(root)));
        return List.of(pem(leaf), bundle.toString());
    }

    /** One certificate as PEM. */
    public static String pem(X509Certificate certificate) {
        try {
            return Pem.write("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e); // it was parsed from its encoding
        }
    }
}
