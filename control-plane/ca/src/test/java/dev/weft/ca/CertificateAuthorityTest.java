package dev.weft.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.TrustDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthorityTest {
    private static final TrustDomain DOMAIN = new TrustDomain("cluster.local");

    @TempDir
    Path state;

    private final TestClock clock = new TestClock();

    private CertificateAuthority open() throws IOException {
        return CertificateAuthority.open(state.resolve("ca"), DOMAIN, clock);
    }

    @Test
    void theRootIsMadeOnceAndOnlyItsOwnerReadsTheKey() throws Exception {
        CertificateAuthority first = open();
        Path key = state.resolve("ca/root.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        assertThat(open().root()).isEqualTo(first.root());
        assertThat(first.rootFingerprint()).hasSize(64).isEqualTo(open().rootFingerprint());
        X509Certificate root = first.root();
        assertThat(root.getBasicConstraints()).isGreaterThanOrEqualTo(0);
        assertThat(root.getKeyUsage()[5]).isTrue();
        assertThat(Duration.between(clock.instant(), root.getNotAfter().toInstant()))
                .isEqualTo(Duration.ofDays(3652));
        root.verify(root.getPublicKey());
    }

    @Test
    void aLostCopyOfTheRootIsWrittenAgainButALostKeyIsNotReplaced() throws Exception {
        CertificateAuthority first = open();
        Files.delete(state.resolve("ca/root.pem"));
        assertThat(open().root()).isEqualTo(first.root());
        assertThat(state.resolve("ca/root.pem")).content().isEqualTo(Issued.pem(first.root()));
        Files.delete(state.resolve("ca/root.key"));
        assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("restore the key");
    }

    @Test
    void theKilledFirstStartLeavesNothingHalf() throws Exception {
        Files.createDirectories(state.resolve("ca"));
        Files.writeString(state.resolve("ca/.root.key.new"), "-----BEGIN PRIV"); // killed before the rename
        assertThat(open().root()).isNotNull();
    }

    @Test
    void aDamagedKeyAndAForeignTrustDomainAreNamed() throws Exception {
        open();
        assertThatThrownBy(() -> CertificateAuthority.open(state.resolve("ca"), new TrustDomain("other"), clock))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("trust domain cluster.local, not other");
        Files.writeString(state.resolve("ca/root.key"), "-----BEGIN PRIVATE KEY-----\nAAAA");
        assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("damaged");
    }

    @Test
    void aLeafIsAnX509Svid() throws Exception {
        CertificateAuthority authority = open();
        X509Certificate leaf = authority
                .sign(
                        DOMAIN.workload("shop", "orders"),
                        Requests.key().getPublic(),
                        Duration.ofHours(24),
                        List.of("localhost"),
                        List.of("127.0.0.1", "::1"))
                .leaf();
        leaf.verify(authority.root().getPublicKey());
        assertThat(Spiffe.identity(leaf)).hasToString("spiffe://cluster.local/ns/shop/sa/orders");
        assertThat(leaf.getSubjectX500Principal().getName()).isEmpty();
        assertThat(leaf.getCriticalExtensionOIDs()).contains("2.5.29.17", "2.5.29.15", "2.5.29.19");
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        boolean[] usage = leaf.getKeyUsage();
        assertThat(usage[0]).isTrue();
        assertThat(usage[5] || usage[6]).isFalse();
        assertThat(leaf.getExtendedKeyUsage()).containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(leaf.getNotBefore().toInstant()).isEqualTo(clock.instant().minus(Duration.ofMinutes(2)));
        assertThat(CertificateAuthority.issuedAt(leaf)).isEqualTo(clock.instant());
        assertThat(leaf.getNotAfter().toInstant()).isEqualTo(clock.instant().plus(Duration.ofHours(24)));
        assertThat(leaf.getSubjectAlternativeNames()).hasSize(4);
    }

    @Test
    void noLeafOutlivesTheRoot() throws Exception {
        CertificateAuthority authority = open();
        clock.advance(Duration.ofDays(3651).plusHours(12));
        X509Certificate leaf = authority
                .sign(
                        DOMAIN.workload("shop", "orders"),
                        Requests.key().getPublic(),
                        Duration.ofHours(24),
                        List.of(),
                        List.of())
                .leaf();
        assertThat(leaf.getNotAfter()).isEqualTo(authority.root().getNotAfter());
    }
}
