package dev.weft.conformance;

import dev.weft.ca.CaConfig;
import dev.weft.ca.CertificateAuthority;
import dev.weft.ca.CertificateIssuer;
import dev.weft.ca.JoinTokens;
import dev.weft.identity.HostCredential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** A host credential as it is 20 of its 30 days after {@code weft join}: due to be renewed by whoever uses it. */
final class AgedCredential {
    private static final Duration LIFE = Duration.ofDays(30);
    private static final Duration AGE = Duration.ofDays(20);

    private AgedCredential() {}

    /**
     * Puts such a certificate in the place of a new one.
     *
     * @param credential what {@code weft join} made
     * @param state of the control plane that will renew it
     * @param scratch a folder for what signing leaves behind
     */
    static void age(Path credential, Path state, Path scratch) throws IOException {
        InstantSource past = InstantSource.fixed(Instant.now().minus(AGE));
        HostCredential held = HostCredential.load(credential);
        Files.createDirectories(scratch);
        CertificateAuthority authority =
                CertificateAuthority.open(state.resolve("ca"), held.identity().trustDomain(), past);
        try (CertificateIssuer issuer = CertificateIssuer.open(
                scratch,
                authority,
                JoinTokens.open(scratch.resolve("tokens"), past),
                new CaConfig(LIFE, LIFE, 60, 3000, 120),
                past)) {
            X509Certificate old = issuer.issueForeign(
                            held.identity(), held.chain().getFirst().getPublicKey())
                    .leaf();
            new HostCredential(held.key(), List.of(old), held.roots(), held.controlPlane()).saveCertificate(credential);
        }
        if (isFresh(credential)) {
            throw new AssertionError("the certificate did not age");
        }
    }

    /** Whether the certificate on the disk has most of its life before it. */
    static boolean isFresh(Path credential) throws IOException {
        Instant end =
                HostCredential.load(credential).chain().getFirst().getNotAfter().toInstant();
        return end.isAfter(Instant.now().plus(LIFE).minus(Duration.ofDays(1)));
    }
}
