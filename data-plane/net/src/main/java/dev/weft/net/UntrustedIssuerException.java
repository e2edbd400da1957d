package dev.weft.net;

import java.security.cert.CertificateException;

/** The chain of a peer does not end at one of our roots. */
final class UntrustedIssuerException extends CertificateException {
    private static final long serialVersionUID = 1;

    UntrustedIssuerException(String issuer) {
        super("not issued by a trusted root: issuer is " + issuer);
    }
}
