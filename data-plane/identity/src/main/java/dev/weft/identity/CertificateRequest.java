package dev.weft.identity;

import dev.weft.base.Der;
import dev.weft.base.Pem;
import dev.weft.base.SpiffeId;
import java.security.GeneralSecurityException;
import java.security.KeyPair;

/** A PKCS#10 certificate request (RFC 2986) of a P-256 key. */
public final class CertificateRequest {
    // RFC 5758 §3.2
    private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
    // RFC 2985 §5.4.2
    private static final String EXTENSION_REQUEST = "1.2.840.113549.1.9.14";
    // RFC 5280 §4.2.1.6
    private static final String SUBJECT_ALT_NAME = "2.5.29.17";
    private static final int URI = 6;

    private CertificateRequest() {}

    /**
     * The request in PEM, signed with the key as proof of possession. The subject is empty and the identity is a hint: an
     * authority takes the identity from whoever is authenticated, never from here (R1).
     */
    public static String pem(KeyPair keys, SpiffeId identity) {
        byte[] names = Der.sequence(Der.context(URI, false, Der.ascii(identity.toString())));
        // The subject is empty, so the name is critical (RFC 5280 §4.1.2.6).
        byte[] extension = Der.sequence(Der.oid(SUBJECT_ALT_NAME), Der.bool(true), Der.octetString(names));
        byte[] attribute = Der.sequence(Der.oid(EXTENSION_REQUEST), Der.setOf(Der.sequence(extension)));
        byte[] info = Der.sequence(
                Der.integer(0), Der.sequence(), keys.getPublic().getEncoded(), Der.context(0, true, attribute));
        try {
            byte[] request = Der.sequence(
                    info,
                    Der.sequence(Der.oid(ECDSA_WITH_SHA256)),
                    Der.bitString(KeyPairs.sign(keys.getPrivate(), info)));
            return Pem.encode("CERTIFICATE REQUEST", request);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the key does not sign with ECDSA", e);
        }
    }
}
