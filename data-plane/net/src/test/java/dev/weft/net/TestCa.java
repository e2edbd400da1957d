package dev.weft.net;

import dev.weft.base.Pem;
import dev.weft.xdsmodel.DataSource;
import dev.weft.xdsmodel.Secret;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Issues certificates of every shape, good and bad. */
final class TestCa {
    private static long serial = 1;

    final X509Certificate root;
    private final PrivateKey key;
    private final List<X509Certificate> chainAbove;

    private TestCa(X509Certificate root, PrivateKey key, List<X509Certificate> chainAbove) {
        this.root = root;
        this.key = key;
        this.chainAbove = chainAbove;
    }

    /** Signs with a workload's key, as an attacker would. */
    static TestCa with(Issued workload) {
        return new TestCa(workload.leaf(), workload.key(), workload.chain());
    }

    /** What a certificate says. */
    static final class Shape {
        final List<GeneralName> names = new ArrayList<>();
        boolean ca;
        int usage = KeyUsage.digitalSignature;
        boolean usageCritical = true;
        boolean withUsage = true;
        List<KeyPurposeId> purposes = List.of(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth);
        Instant from = Instant.now().minus(Duration.ofMinutes(2));
        Instant to = Instant.now().plus(Duration.ofHours(24));

        Shape uri(String name) {
            names.add(new GeneralName(GeneralName.uniformResourceIdentifier, name));
            return this;
        }

        Shape dns(String name) {
            names.add(new GeneralName(GeneralName.dNSName, name));
            return this;
        }

        Shape with(Consumer<Shape> change) {
            change.accept(this);
            return this;
        }
    }

    /** A chain with its key. */
    record Issued(List<X509Certificate> chain, PrivateKey key) {
        X509Certificate leaf() {
            return chain.get(0);
        }

        Secret.TlsCertificate secret(String name) {
            return new Secret.TlsCertificate(
                    name, new DataSource.Inline(Pem.encode(chain)), new DataSource.Inline(Pem.encode(key)));
        }
    }

    static KeyPair newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static TestCa root(String name) {
        KeyPair pair = newKey();
        Shape shape = new Shape().with(s -> {
            s.ca = true;
            s.usage = KeyUsage.keyCertSign | KeyUsage.cRLSign;
            s.purposes = List.of();
        });
        X500Principal subject = new X500Principal("CN=" + name);
        X509Certificate root = sign(subject, subject, pair, pair.getPrivate(), shape);
        return new TestCa(root, pair.getPrivate(), List.of());
    }

    TestCa intermediate(String name) {
        KeyPair pair = newKey();
        Shape shape = new Shape().with(s -> {
            s.ca = true;
            s.usage = KeyUsage.keyCertSign;
            s.purposes = List.of();
        });
        X509Certificate made = sign(new X500Principal("CN=" + name), root.getSubjectX500Principal(), pair, key, shape);
        List<X509Certificate> above = new ArrayList<>(List.of(made));
        above.addAll(chainAbove);
        return new TestCa(made, pair.getPrivate(), above);
    }

    Issued issue(Shape shape) {
        KeyPair pair = newKey();
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(sign(new X500Principal("O=weft test"), root.getSubjectX500Principal(), pair, key, shape));
        chain.addAll(chainAbove);
        return new Issued(chain, pair.getPrivate());
    }

    Issued workload(String spiffe) {
        return issue(new Shape().uri(spiffe));
    }

    Secret.ValidationContext bundle(String name) {
        return Secret.ValidationContext.of(name, new DataSource.Inline(Pem.encode(List.of(root))));
    }

    private static synchronized X509Certificate sign(
            X500Principal subject, X500Principal issuer, KeyPair pair, PrivateKey signer, Shape shape) {
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuer,
                    BigInteger.valueOf(serial++),
                    Date.from(shape.from),
                    Date.from(shape.to),
                    subject,
                    pair.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(shape.ca));
            if (shape.withUsage) {
                builder.addExtension(Extension.keyUsage, shape.usageCritical, new KeyUsage(shape.usage));
            }
            if (!shape.purposes.isEmpty()) {
                builder.addExtension(
                        Extension.extendedKeyUsage,
                        false,
                        new ExtendedKeyUsage(shape.purposes.toArray(new KeyPurposeId[0])));
            }
            if (!shape.names.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(shape.names.toArray(new GeneralName[0])));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
