package dev.weft.base;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** PEM text (RFC 7468): certificates and unencrypted private keys. Messages of exceptions never hold key material. */
public final class Pem {
    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    private Pem() {}

    /** One block: the label after BEGIN and the decoded bytes. */
    public record Block(String label, byte[] der) {
        @Override
        public String toString() {
            return label + "[" + der.length + " bytes]"; // may be a key: never in a log
        }
    }

    /** All blocks in order; text between them is skipped. {@link IllegalArgumentException} when a block is broken. */
    public static List<Block> blocks(String text) {
        List<Block> blocks = new ArrayList<>();
        int at = text.indexOf(BEGIN);
        while (at >= 0) {
            int labelEnd = text.indexOf(DASHES, at + BEGIN.length());
            if (labelEnd < 0) {
                throw new IllegalArgumentException("PEM: BEGIN line without an end");
            }
            String label = text.substring(at + BEGIN.length(), labelEnd);
            int end = text.indexOf(END + label + DASHES, labelEnd);
            if (end < 0) {
                throw new IllegalArgumentException("PEM: no END " + label);
            }
            try {
                String body = text.substring(labelEnd + DASHES.length(), end);
                blocks.add(new Block(label, Base64.getMimeDecoder().decode(body)));
            } catch (IllegalArgumentException e) {
                // Not passed on as a cause: its message quotes the text.
                throw new IllegalArgumentException("PEM: the " + label + " is not base64");
            }
            at = text.indexOf(BEGIN, end);
        }
        return blocks;
    }

    /** One block in lines of 64 characters, ending with a newline. */
    public static String encode(String label, byte[] der) {
        return BEGIN + label + DASHES + "\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n"
                + END + label + DASHES + "\n";
    }

    /** The certificates, one block each. */
    public static String encode(List<X509Certificate> certificates) {
        StringBuilder text = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            try {
                text.append(encode("CERTIFICATE", certificate.getEncoded()));
            } catch (CertificateException e) {
                throw new IllegalArgumentException("certificate without an encoding", e);
            }
        }
        return text.toString();
    }

    /** All certificates in order; other blocks are skipped. {@link IllegalArgumentException} when one is broken. */
    public static List<X509Certificate> certificates(String text) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks(text)) {
            if (block.label().equals("CERTIFICATE") || block.label().equals("X509 CERTIFICATE")) {
                certificates.add(certificate(block.der()));
            }
        }
        return certificates;
    }

    /** The certificate of these DER bytes; {@link IllegalArgumentException} when it is none. */
    public static X509Certificate certificate(byte[] der) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new IllegalArgumentException("not a certificate: " + e.getMessage(), e);
        }
    }

    /**
     * The first private key: PKCS#8, or the older SEC 1 (EC) and PKCS#1 (RSA) forms, unencrypted.
     * {@link IllegalArgumentException} when there is none or it is of another kind.
     */
    public static PrivateKey privateKey(String text) {
        for (Block block : blocks(text)) {
            switch (block.label()) {
                case "PRIVATE KEY" -> {
                    return pkcs8(block.der());
                }
                case "EC PRIVATE KEY" -> {
                    byte[] algorithm = Der.sequence(Der.oid("1.2.840.10045.2.1"), curve(block.der()));
                    return pkcs8(Der.sequence(Der.integer(0), algorithm, Der.octetString(block.der())));
                }
                case "RSA PRIVATE KEY" -> {
                    byte[] algorithm = Der.sequence(Der.oid("1.2.840.113549.1.1.1"), Der.nullValue());
                    return pkcs8(Der.sequence(Der.integer(0), algorithm, Der.octetString(block.der())));
                }
                case "ENCRYPTED PRIVATE KEY" ->
                    throw new IllegalArgumentException("the private key is encrypted; give it without a passphrase");
                default -> {}
            }
        }
        throw new IllegalArgumentException("no private key in the PEM text");
    }

    /** The key in PKCS#8 PEM. */
    public static String encode(PrivateKey key) {
        return encode("PRIVATE KEY", key.getEncoded());
    }

    private static PrivateKey pkcs8(byte[] der) {
        for (String algorithm : new String[] {"EC", "RSA", "Ed25519"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (InvalidKeySpecException e) {
                // Of another algorithm: the next one.
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("the JDK lacks " + algorithm, e);
            }
        }
        throw new IllegalArgumentException("not an EC, RSA or Ed25519 private key");
    }

    /** The named curve of {@code ECPrivateKey ::= SEQUENCE { INTEGER 1, OCTET STRING, [0] curve, … }} (RFC 5915). */
    private static byte[] curve(byte[] sec1) {
        try {
            int at = content(sec1, 0); // into the sequence
            at = end(sec1, at); // past the version
            at = end(sec1, at); // past the key
            if ((sec1[at] & 0xff) != 0xa0) {
                throw new IllegalArgumentException("the EC private key does not name its curve");
            }
            return Arrays.copyOfRange(sec1, content(sec1, at), end(sec1, at));
        } catch (IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("the EC private key is cut short");
        }
    }

    private static int content(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
    }

    private static int end(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        int length = first;
        if (first >= 0x80) {
            length = 0;
            for (int i = 0; i < (first & 0x7f); i++) {
                length = length << 8 | der[at + 2 + i] & 0xff;
            }
        }
        int end = content(der, at) + length;
        if (length < 0 || end > der.length) {
            throw new IndexOutOfBoundsException(end);
        }
        return end;
    }

    /** The text of a PEM file's bytes. */
    public static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
