package dev.weft.identity;

import dev.weft.base.Pem;
import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.Deque;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** A certificate source whose answers the test gives by hand. */
final class FakeAuthority implements CertificateSource {
    record Asked(Request request, Answer answer) {}

    private final InstantSource clock;
    private final KeyPair rootKeys = KeyPairs.newP256();
    final X509Certificate root;
    final Deque<Asked> asked = new ArrayDeque<>();
    final List<String> requests = new ArrayList<>();
    private long serial = 1;

    FakeAuthority(InstantSource clock) {
        this.clock = clock;
        X500Principal name = new X500Principal("CN=fake root");
        root = sign(name, rootKeys.getPublic(), null, true, clock.instant(), Duration.ofDays(3650));
    }

    @Override
    public void request(Request request, Answer answer) {
        asked.add(new Asked(request, answer));
        requests.add(request.csrPem());
    }

    /** Answers the oldest open request with a certificate of that life for the identity asked for. */
    void issue(Duration life) {
        Asked next = asked.remove();
        next.answer()
                .issued(List.of(
                        certificate(next.request(), next.request().identity().toString(), life), rootPem()));
    }

    String rootPem() {
        return Pem.encode(List.of(root));
    }

    String certificate(Request request, String uri, Duration life) {
        try {
            JcaPKCS10CertificationRequest csr = new JcaPKCS10CertificationRequest(
                    Pem.blocks(request.csrPem()).get(0).der());
            return Pem.encode(
                    List.of(sign(new X500Principal("O=weft"), csr.getPublicKey(), uri, false, clock.instant(), life)));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    HostCredentialParts host(String uri) {
        KeyPair keys = KeyPairs.newP256();
        X509Certificate leaf =
                sign(new X500Principal("O=weft"), keys.getPublic(), uri, false, clock.instant(), Duration.ofDays(30));
        return new HostCredentialParts(keys, leaf);
    }

    record HostCredentialParts(KeyPair keys, X509Certificate leaf) {}

    private X509Certificate sign(
            X500Principal subject,
            java.security.PublicKey key,
            @org.jspecify.annotations.Nullable String uri,
            boolean ca,
            Instant from,
            Duration life) {
        try {
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    new X500Principal("CN=fake root"),
                    BigInteger.valueOf(serial++),
                    Date.from(from),
                    Date.from(from.plus(life)),
                    subject,
                    key);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
            builder.addExtension(
                    Extension.keyUsage, true, new KeyUsage(ca ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
            if (uri != null) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        true,
                        new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(rootKeys.getPrivate())));
        } catch (IOException | java.security.GeneralSecurityException | org.bouncycastle.operator.OperatorException e) {
            throw new AssertionError(e);
        }
    }
}
