package dev.weft.conformance;

import dev.weft.base.Pem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A root, an intermediate below it, a server with several names, and clients with any. */
final class TestPki {
    private static final AtomicLong SERIAL = new AtomicLong(1);

    /** A certificate and its key. */
    private record Issued(X509Certificate certificate, PrivateKey key, X500Name subject) {}

    private final Issued root;
    private final Issued intermediate;
    private final Issued server;

    private TestPki() {
        root = issue(new X500Name("CN=test root"), List.of(), true, null);
        intermediate = issue(new X500Name("O=test, CN=test intermediate"), List.of(), true, root);
        server = issue(
                new X500Name("CN=server"),
                List.of("URI:spiffe://server.test/ns/a/sa/b", "URI:https://server.test/other", "DNS:server.test"),
                false,
                root);
    }

    static TestPki create() {
        return new TestPki();
    }

    /** A file with the server's certificate. */
    Path certificate(Path folder) {
        return write(folder.resolve("server.pem"), Pem.encode(List.of(server.certificate())));
    }

    Path key(Path folder) {
        return write(folder.resolve("server.key"), Pem.encode(server.key()));
    }

    /** A file with what clients are verified against. */
    Path root(Path folder) {
        return write(folder.resolve("root.pem"), Pem.encode(List.of(root.certificate())));
    }

    private static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A client that shows no certificate. */
    SSLContext client() {
        return context(null);
    }

    /**
     * A client whose certificate the intermediate has issued, which it shows, too.
     *
     * @param names such as {@code URI:spiffe://a/b} or {@code DNS:a.test}
     */
    SSLContext client(X500Name subject, List<String> names) {
        return context(issue(subject, names, false, intermediate));
    }

    private SSLContext context(Issued own) {
        try {
            KeyStore store = KeyStore.getInstance("JKS"); // in memory: PKCS12 derives keys with 10 000 rounds for it
            store.load(null, null);
            store.setCertificateEntry("root", root.certificate());
            if (own != null) {
                X509Certificate[] chain = {own.certificate(), intermediate.certificate()};
                store.setKeyEntry("own", own.key(), new char[0], chain);
            }
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Issued issue(X500Name subject, List<String> names, boolean authority, Issued issuer) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair keys = generator.generateKeyPair();
            Instant now = Instant.now();
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuer == null ? subject : issuer.subject(),
                    BigInteger.valueOf(SERIAL.getAndIncrement()),
                    Date.from(now.minus(Duration.ofMinutes(2))),
                    Date.from(now.plus(Duration.ofHours(2))),
                    subject,
                    keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(authority ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
            if (!names.isEmpty()) {
                GeneralName[] all = names.stream()
                        .map(name -> new GeneralName(
                                name.startsWith("URI:") ? GeneralName.uniformResourceIdentifier : GeneralName.dNSName,
                                name.substring(4)))
                        .toArray(GeneralName[]::new);
                builder.addExtension(
                        Extension.subjectAlternativeName, subject.getRDNs().length == 0, new GeneralNames(all));
            }
            PrivateKey signer = issuer == null ? keys.getPrivate() : issuer.key();
            X509Certificate certificate = new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
            return new Issued(certificate, keys.getPrivate(), subject);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
