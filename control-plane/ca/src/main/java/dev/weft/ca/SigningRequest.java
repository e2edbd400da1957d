package dev.weft.ca;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/**
 * A checked PKCS#10 request: whoever made it holds the private key, and the key is strong enough. Everything else in it
 * (subject, alternative names, usages) is only a wish; the names are kept so that a mismatch can be counted.
 *
 * @param key P-256, P-384 or RSA of 2048 to 8192 bits
 * @param wishedUris URI names the request asked for
 */
record SigningRequest(PublicKey key, List<String> wishedUris) {
    private static final int MAX_PEM_CHARS = 16 * 1024;
    private static final BigInteger P256_ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    private static final BigInteger P384_ORDER = new BigInteger(
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16);

    /** Parses one PEM block; {@link IllegalArgumentException} says why a request is no good. */
    static SigningRequest parse(String pem) {
        if (pem.length() > MAX_PEM_CHARS) {
            throw new IllegalArgumentException("signing request too large");
        }
        List<Pem.Block> blocks = Pem.read(pem);
        if (blocks.size() != 1 || !blocks.getFirst().label().endsWith("CERTIFICATE REQUEST")) {
            throw new IllegalArgumentException("not one CERTIFICATE REQUEST block");
        }
        try {
            PKCS10CertificationRequest request =
                    new PKCS10CertificationRequest(blocks.getFirst().der());
            PublicKey key = new JcaPKCS10CertificationRequest(request).getPublicKey();
            requireStrong(key);
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new IllegalArgumentException("signature does not match the key");
            }
            return new SigningRequest(key, uris(request));
        } catch (IOException | GeneralSecurityException | PKCSException | OperatorCreationException e) {
            throw new IllegalArgumentException("not a signing request", e);
        } catch (IllegalStateException | ClassCastException e) { // Bouncy Castle on crooked ASN.1
            throw new IllegalArgumentException("not a signing request", e);
        }
    }

    private static void requireStrong(PublicKey key) {
        boolean strong = switch (key) {
            case ECPublicKey ec ->
                ec.getParams().getOrder().equals(P256_ORDER)
                        || ec.getParams().getOrder().equals(P384_ORDER);
            case RSAPublicKey rsa ->
                rsa.getModulus().bitLength() >= 2048 && rsa.getModulus().bitLength() <= 8192;
            default -> false;
        };
        if (!strong) {
            throw new IllegalArgumentException("key must be P-256, P-384 or RSA of at least 2048 bits");
        }
    }

    private static List<String> uris(PKCS10CertificationRequest request) {
        List<String> uris = new ArrayList<>();
        for (var attribute : request.getAttributes(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)) {
            for (var value : attribute.getAttributeValues()) {
                GeneralNames names =
                        GeneralNames.fromExtensions(Extensions.getInstance(value), Extension.subjectAlternativeName);
                if (names != null) {
                    for (GeneralName name : names.getNames()) {
                        if (name.getTagNo() == GeneralName.uniformResourceIdentifier) {
                            uris.add(name.getName().toString());
                        }
                    }
                }
            }
        }
        return List.copyOf(uris);
    }
}
