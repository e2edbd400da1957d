package dev.weft.ca;

import dev.weft.base.SpiffeId;
import dev.weft.base.TrustDomain;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A root key in a file, and the certificates it signs. Decides nothing: who may have which identity is
 * {@link CertificateIssuer}'s business.
 *
 * <p>{@code root.key} (0600) holds the private key and the certificate in one file, so that a process killed during the
 * first start leaves both or neither; {@code root.pem} is a copy of the certificate for people and tools. Any thread.
 */
public final class CertificateAuthority {
    /** Life of the root. */
    static final Duration ROOT_LIFE = Duration.ofDays(3652);

    /** How far a certificate's beginning lies in the past, for clocks that are behind (as Istio's). */
    static final Duration BACKDATE = Duration.ofMinutes(2);

    private static final String SIGNATURE = "SHA256withECDSA";

    private final TrustDomain trustDomain;
    private final X509Certificate root;
    private final PrivateKey key;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    private CertificateAuthority(TrustDomain trustDomain, X509Certificate root, PrivateKey key, InstantSource clock) {
        this.trustDomain = trustDomain;
        this.root = root;
        this.key = key;
        this.clock = clock;
    }

    /**
     * Opens the root in a directory, or makes one where there is none. {@link IOException} with a sentence for the
     * operator when the files are damaged, do not belong together or are of another trust domain.
     */
    public static CertificateAuthority open(Path directory, TrustDomain trustDomain, InstantSource clock)
            throws IOException {
        Durable.directory(directory);
        Path keyFile = directory.resolve("root.key");
        Path rootFile = directory.resolve("root.pem");
        try {
            if (!Files.exists(keyFile)) {
                if (Files.exists(rootFile)) {
                    throw new IOException(rootFile + " is there but " + keyFile
                            + " is not: restore the key, or remove root.pem to begin with a new root"
                            + " (every host must then join again)");
                }
                Durable.write(keyFile, newRoot(trustDomain, clock.instant()).getBytes(StandardCharsets.US_ASCII), true);
            }
            CertificateAuthority authority = read(keyFile, trustDomain, clock);
            String pem = Issued.pem(authority.root);
            if (!Files.exists(rootFile) || !Files.readString(rootFile).equals(pem)) {
                Durable.write(rootFile, pem.getBytes(StandardCharsets.US_ASCII), false);
            }
            return authority;
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("cannot use " + keyFile + ": " + e.getMessage(), e);
        }
    }

    /** The trust domain of the root that is there; null where there is none yet or it cannot be read. */
    public static @Nullable TrustDomain stored(Path directory) {
        try {
            for (Pem.Block block : Pem.read(Files.readString(directory.resolve("root.key")))) {
                if (block.label().equals("CERTIFICATE")) {
                    SpiffeId id = Spiffe.identity((X509Certificate) CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(block.der())));
                    return id == null ? null : id.trustDomain();
                }
            }
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            return null; // open() says what is wrong
        }
        return null;
    }

    private static CertificateAuthority read(Path keyFile, TrustDomain trustDomain, InstantSource clock)
            throws IOException, GeneralSecurityException {
        PrivateKey key = null;
        X509Certificate root = null;
        try {
            for (Pem.Block block : Pem.read(Files.readString(keyFile))) {
                switch (block.label()) {
                    case "PRIVATE KEY" ->
                        key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(block.der()));
                    case "CERTIFICATE" ->
                        root = (X509Certificate) CertificateFactory.getInstance("X.509")
                                .generateCertificate(new ByteArrayInputStream(block.der()));
                    default -> throw new IOException(keyFile + ": unexpected block " + block.label());
                }
            }
        } catch (IllegalArgumentException e) {
            throw new IOException(keyFile + " is damaged: " + e.getMessage(), e);
        }
        if (key == null || root == null) {
            throw new IOException(keyFile + " must hold a PRIVATE KEY and a CERTIFICATE block");
        }
        SpiffeId of = Spiffe.identity(root);
        if (of == null || !of.trustDomain().equals(trustDomain)) {
            throw new IOException(keyFile + " belongs to trust domain " + (of == null ? "?" : of.trustDomain())
                    + ", not " + trustDomain);
        }
        return new CertificateAuthority(trustDomain, root, key, clock);
    }

    private static String newRoot(TrustDomain trustDomain, Instant now)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        KeyPair pair = newKey();
        X500Principal name = new X500Principal("O=" + trustDomain + ",CN=Weft root");
        JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                name,
                serial(new SecureRandom()),
                Date.from(now.minus(BACKDATE)),
                Date.from(now.plus(ROOT_LIFE)),
                name,
                pair.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        builder.addExtension(Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(pair.getPublic()));
        // X.509-SVID §4.1: a signing certificate may carry the trust domain's own id.
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(
                        new GeneralName(GeneralName.uniformResourceIdentifier, "spiffe://" + trustDomain.name())));
        X509Certificate root = new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(pair.getPrivate())));
        return Pem.write("PRIVATE KEY", pair.getPrivate().getEncoded()) + Issued.pem(root);
    }

    /** When a certificate of ours was signed: later than it says it begins. */
    public static Instant issuedAt(X509Certificate certificate) {
        return certificate.getNotBefore().toInstant().plus(BACKDATE);
    }

    /** A fresh P-256 key pair. */
    public static KeyPair newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    /**
     * Signs a leaf for an identity: no subject, the identity as the only URI name, usable by clients and servers.
     *
     * @param dnsNames further names, for the control plane's own certificate
     * @param addresses IP literals, likewise
     */
    Issued sign(SpiffeId identity, PublicKey holder, Duration life, List<String> dnsNames, List<String> addresses) {
        if (!identity.trustDomain().equals(trustDomain)) {
            throw new IllegalArgumentException(identity + " is not of trust domain " + trustDomain);
        }
        Instant now = clock.instant();
        Instant end = now.plus(life);
        Instant rootEnd = root.getNotAfter().toInstant();
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                root.getSubjectX500Principal(),
                serial(random),
                Date.from(now.minus(BACKDATE)),
                Date.from(end.isBefore(rootEnd) ? end : rootEnd),
                new X500Principal(""),
                holder);
        List<GeneralName> names = new ArrayList<>();
        names.add(new GeneralName(GeneralName.uniformResourceIdentifier, identity.toString()));
        dnsNames.forEach(name -> names.add(new GeneralName(GeneralName.dNSName, name)));
        addresses.forEach(address -> names.add(new GeneralName(GeneralName.iPAddress, address)));
        try {
            JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
            }));
            builder.addExtension(Extension.authorityKeyIdentifier, false, ids.createAuthorityKeyIdentifier(root));
            // RFC 5280 §4.2.1.6: critical, because the subject is empty.
            builder.addExtension(
                    Extension.subjectAlternativeName, true, new GeneralNames(names.toArray(GeneralName[]::new)));
            X509Certificate leaf = new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
            return new Issued(identity, leaf, List.of(root));
        } catch (CertIOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("cannot sign", e);
        }
    }

    private static BigInteger serial(SecureRandom random) {
        // RFC 5280 §4.1.2.2: positive, at most 20 octets.
        return new BigInteger(127, random).setBit(127);
    }

    public TrustDomain trustDomain() {
        return trustDomain;
    }

    public X509Certificate root() {
        return root;
    }

    /** SHA-256 of the root's public key (SubjectPublicKeyInfo), lower-case hex: the second half of a join token. */
    public String rootFingerprint() {
        return Digests.sha256Hex(root.getPublicKey().getEncoded());
    }

    /** Whether this root signed a certificate that is valid now. */
    boolean signedAndValid(X509Certificate certificate) {
        try {
            certificate.verify(root.getPublicKey());
            certificate.checkValidity(Date.from(clock.instant()));
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
