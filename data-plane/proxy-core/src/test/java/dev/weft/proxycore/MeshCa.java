package dev.weft.proxycore;

import dev.weft.base.Pem;
import dev.weft.xdsmodel.DataSource;
import dev.weft.xdsmodel.Secret;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Issues SPIFFE certificates as the secrets {@code default} and {@code ROOTCA}. */
final class MeshCa {
    private final KeyPair root = keys();
    private final byte[] rootCertificate;
    private long serial = 1;

    MeshCa() {
        try {
            JcaX509v3CertificateBuilder builder =
                    builder("CN=root", root, Instant.now().plus(Duration.ofHours(2)));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
            rootCertificate = sign(builder);
        } catch (java.io.IOException | OperatorException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Secrets of a workload with that identity, good for an hour. */
    Map<String, Secret> secrets(String identity) {
        return secrets(identity, Instant.now().plus(Duration.ofHours(1)));
    }

    Map<String, Secret> secrets(String identity, Instant end) {
        try {
            KeyPair keys = keys();
            JcaX509v3CertificateBuilder builder = builder("O=weft", keys, end);
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    true,
                    new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, identity)));
            return Map.of(
                    "default",
                    new Secret.TlsCertificate(
                            "default",
                            pem("CERTIFICATE", sign(builder)),
                            pem("PRIVATE KEY", keys.getPrivate().getEncoded())),
                    "ROOTCA",
                    Secret.ValidationContext.of("ROOTCA", pem("CERTIFICATE", rootCertificate)));
        } catch (java.io.IOException | OperatorException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A client that is not ours, with that identity; it trusts this authority only. */
    SSLContext client(String identity) throws GeneralSecurityException, java.io.IOException {
        Map<String, Secret> secrets = secrets(identity);
        Secret.TlsCertificate own = (Secret.TlsCertificate) secrets.get("default");
        char[] password = new char[0];
        KeyStore store = KeyStore.getInstance("JKS"); // in memory: PKCS12 derives keys with 10 000 rounds
        store.load(null, password);
        java.security.cert.Certificate[] chain = {
            Pem.certificates(((DataSource.Inline) own.certificateChain()).text())
                    .get(0)
        };
        store.setKeyEntry("own", Pem.privateKey(((DataSource.Inline) own.privateKey()).text()), password, chain);
        store.setCertificateEntry("root", Pem.certificate(rootCertificate));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private JcaX509v3CertificateBuilder builder(String subject, KeyPair keys, Instant end) {
        Instant now = Instant.now();
        return new JcaX509v3CertificateBuilder(
                new X500Principal("CN=root"),
                BigInteger.valueOf(serial++),
                Date.from(now.minus(Duration.ofMinutes(2))),
                Date.from(end),
                new X500Principal(subject),
                keys.getPublic());
    }

    private byte[] sign(JcaX509v3CertificateBuilder builder) throws OperatorException, java.io.IOException {
        X509CertificateHolder holder =
                builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(root.getPrivate()));
        return holder.getEncoded();
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DataSource pem(String type, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return new DataSource.Inline("-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n");
    }
}
