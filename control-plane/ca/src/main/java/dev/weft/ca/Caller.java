package dev.weft.ca;

import java.security.cert.X509Certificate;

/** Who asks for a certificate, as the transport authenticated it. No header and no part of the request is in here. */
public sealed interface Caller {
    /** Where from, for the audit log. */
    String remote();

    /** Shows a join token; has no certificate. */
    record TokenBearer(String token, String remote) implements Caller {
        /** Never the secret. */
        @Override
        public String toString() {
            return "TokenBearer[" + remote + "]";
        }
    }

    /** Proved that it holds the key of a certificate that chains to our root. */
    record CertificateHolder(X509Certificate certificate, String remote) implements Caller {}
}
