package dev.weft.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.base.TrustDomain;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateIssuerTest {
    private static final TrustDomain DOMAIN = new TrustDomain("cluster.local");
    private static final String ORDERS = "spiffe://cluster.local/ns/shop/sa/orders";

    @TempDir
    Path state;

    private final TestClock clock = new TestClock();
    private CertificateIssuer issuer;

    @BeforeEach
    void open() throws Exception {
        issuer = CertificateIssuer.open(
                state,
                CertificateAuthority.open(state.resolve("ca"), DOMAIN, clock),
                JoinTokens.open(state.resolve("tokens"), clock),
                CaConfig.DEFAULT,
                clock);
    }

    @AfterEach
    void close() throws Exception {
        issuer.close();
    }

    private String token() {
        return issuer.tokens()
                        .create("vm-1", List.of(IdentityPattern.parse("shop/*")), Duration.ofMinutes(10))
                        .secret() + "."
                + issuer.authority().rootFingerprint();
    }

    private Issued host() throws RefusedException {
        return issuer.issue(bearer(token()), Requests.csr(Requests.key()), Duration.ZERO, null);
    }

    private static Caller bearer(String token) {
        return new Caller.TokenBearer(token, "10.0.0.9:4711");
    }

    private static Caller holder(Issued issued) {
        return new Caller.CertificateHolder(issued.leaf(), "10.0.0.9:4711");
    }

    private RefusedException refused(Caller caller, String csr, String wanted) {
        return catchThrowableOfType(
                RefusedException.class, () -> issuer.issue(caller, csr, Duration.ofHours(24), wanted));
    }

    private String audit() throws Exception {
        return Files.readString(state.resolve("audit.log"));
    }

    @Test
    void tokenThenHostThenWorkloadThenRenewal() throws Exception {
        Issued host = host();
        assertThat(host.identity()).hasToString("spiffe://cluster.local/host/vm-1");
        assertThat(Duration.between(clock.instant(), host.leaf().getNotAfter().toInstant()))
                .isEqualTo(Duration.ofDays(30));
        Issued workload = issuer.issue(holder(host), Requests.csr(Requests.key()), Duration.ZERO, ORDERS);
        assertThat(Spiffe.identity(workload.leaf())).hasToString(ORDERS);
        Issued renewed = issuer.issue(holder(workload), Requests.csr(Requests.key()), Duration.ZERO, null);
        assertThat(Spiffe.identity(renewed.leaf())).hasToString(ORDERS);
        Issued hostAgain = issuer.issue(holder(host), Requests.csr(Requests.key()), Duration.ZERO, null);
        assertThat(hostAgain.identity()).isEqualTo(host.identity());
        assertThat(workload.chainPem()).hasSize(2);
        assertThat(Files.readString(state.resolve("issued.log")).lines())
                .hasSize(4)
                .allMatch(line -> line.contains("\"serial\"") && line.contains("\"key\""));
        assertThat(issuer.issuedCount()).isEqualTo(4);
    }

    @Test
    void namesInTheRequestAreIgnoredAndCounted() throws Exception {
        Issued host = host();
        String foreign = Requests.csr(Requests.key(), "spiffe://cluster.local/ns/kube-system/sa/admin");
        Issued workload = issuer.issue(holder(host), foreign, Duration.ZERO, ORDERS);
        assertThat(Spiffe.identity(workload.leaf())).hasToString(ORDERS);
        assertThat(workload.leaf().getSubjectAlternativeNames()).hasSize(1);
        assertThat(workload.leaf().getSubjectX500Principal().getName()).isEmpty();
        assertThat(issuer.ignoredNamesCount()).isEqualTo(1);
        assertThat(Files.readString(state.resolve("issued.log"))).contains("csrNamesIgnored");
    }

    @Test
    void aHostGetsOnlyWhatItsTokenNamed() throws Exception {
        Issued host = host();
        for (String wanted : List.of(
                "spiffe://cluster.local/ns/bank/sa/orders",
                "spiffe://other/ns/shop/sa/orders",
                "spiffe://cluster.local/host/vm-2",
                "spiffe://cluster.local/ns/weft-system/sa/control-plane",
                "orders")) {
            RefusedException e = refused(holder(host), Requests.csr(Requests.key()), wanted);
            assertThat(e.kind()).isEqualTo(RefusedException.Kind.DENIED);
            assertThat(e).hasMessageStartingWith("certificate refused (reference ");
            assertThat(e.getMessage()).doesNotContain("shop");
        }
        assertThat(audit().lines()).hasSize(5);
        assertThat(audit()).contains("may run [shop/*]");
    }

    @Test
    void aWorkloadRenewsItselfOnly() throws Exception {
        Issued workload = issuer.issue(holder(host()), Requests.csr(Requests.key()), Duration.ZERO, ORDERS);
        assertThat(refused(holder(workload), Requests.csr(Requests.key()), "spiffe://cluster.local/ns/shop/sa/cart")
                        .kind())
                .isEqualTo(RefusedException.Kind.DENIED);
        clock.advance(Duration.ofHours(25));
        assertThat(refused(holder(workload), Requests.csr(Requests.key()), null).kind())
                .as("expired")
                .isEqualTo(RefusedException.Kind.UNAUTHENTICATED);
    }

    @Test
    void aCertificateOfAnotherRootIsNobody() throws Exception {
        CertificateAuthority other = CertificateAuthority.open(state.resolve("other"), DOMAIN, clock);
        Issued forged = other.sign(
                DOMAIN.workload("shop", "orders"),
                Requests.key().getPublic(),
                Duration.ofHours(1),
                List.of(),
                List.of());
        assertThat(refused(holder(forged), Requests.csr(Requests.key()), null).kind())
                .isEqualTo(RefusedException.Kind.UNAUTHENTICATED);
    }

    @Test
    void wrongAndReusedTokensAreRefusedWithAnAuditLineWithoutTheSecret() throws Exception {
        String token = token();
        issuer.issue(bearer(token), Requests.csr(Requests.key()), Duration.ZERO, null);
        RefusedException reused = refused(bearer(token), Requests.csr(Requests.key()), null);
        RefusedException wrong = refused(bearer("guess.00"), Requests.csr(Requests.key()), null);
        assertThat(reused.kind()).isEqualTo(wrong.kind()).isEqualTo(RefusedException.Kind.UNAUTHENTICATED);
        assertThat(audit()).contains("is used").contains("unknown token").doesNotContain(token.split("\\.")[0]);
    }

    @Test
    void aBadRequestDoesNotUseUpTheToken() throws Exception {
        String token = token();
        assertThat(refused(bearer(token), "nonsense", null).kind()).isEqualTo(RefusedException.Kind.INVALID);
        issuer.issue(bearer(token), Requests.csr(Requests.key()), Duration.ZERO, null);
    }

    @Test
    void weakKeysForeignSignaturesAndCrookedRequestsAreRefused() throws Exception {
        Issued host = host();
        KeyPair good = Requests.key();
        String truncated = Requests.csr(good).replaceAll("(?m)^[A-Za-z0-9+/]{64}$", "AAAA");
        for (String csr : List.of(
                Requests.csr(Requests.key("RSA", 1024)),
                Requests.csr(Requests.key("EC", 521)),
                Requests.csr(good, Requests.key()),
                truncated,
                "-----BEGIN CERTIFICATE REQUEST-----\n!!!!\n-----END CERTIFICATE REQUEST-----",
                "-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----",
                "x".repeat(20_000))) {
            assertThat(refused(holder(host), csr, ORDERS).kind()).isEqualTo(RefusedException.Kind.INVALID);
        }
        issuer.issue(holder(host), Requests.csr(Requests.key("RSA", 2048)), Duration.ZERO, ORDERS);
    }

    @Test
    void aKeyBelongsToOneIdentityAlsoAcrossARestart() throws Exception {
        Issued host = host();
        String csr = Requests.csr(Requests.key());
        issuer.issue(holder(host), csr, Duration.ZERO, ORDERS);
        String cart = "spiffe://cluster.local/ns/shop/sa/cart";
        assertThat(refused(holder(host), csr, cart).kind()).isEqualTo(RefusedException.Kind.INVALID);
        close();
        open();
        assertThat(refused(holder(host), csr, cart).kind()).isEqualTo(RefusedException.Kind.INVALID);
        issuer.issue(holder(host), csr, Duration.ZERO, ORDERS);
    }

    @Test
    void certificatesOfOneIdentityAreLimitedButRenewalsAreNot() throws Exception {
        Issued host = host();
        String csr = Requests.csr(Requests.key());
        Issued workload = host;
        for (int i = 0; i < 60; i++) {
            workload = issuer.issue(holder(host), csr, Duration.ZERO, ORDERS);
        }
        assertThat(refused(holder(host), csr, ORDERS).kind()).isEqualTo(RefusedException.Kind.TOO_MANY);
        issuer.issue(holder(host), Requests.csr(Requests.key()), Duration.ZERO, "spiffe://cluster.local/ns/shop/sa/a");
        for (int i = 0; i < 100; i++) {
            issuer.issue(holder(workload), csr, Duration.ZERO, null);
        }
        clock.advance(Duration.ofSeconds(1));
        issuer.issue(holder(host), csr, Duration.ZERO, ORDERS);
    }

    @Test
    void wishedLivesStayWithinFiveMinutesAndTheConfiguredLife() throws Exception {
        Issued host = host();
        for (var wish : java.util.Map.of(
                        Duration.ofSeconds(1), Duration.ofMinutes(5),
                        Duration.ofHours(1), Duration.ofHours(1),
                        Duration.ofDays(400), Duration.ofHours(24))
                .entrySet()) {
            Issued issued = issuer.issue(holder(host), Requests.csr(Requests.key()), wish.getKey(), ORDERS);
            assertThat(Duration.between(
                            clock.instant(), issued.leaf().getNotAfter().toInstant()))
                    .isEqualTo(wish.getValue());
        }
    }

    @Test
    void aFloodOfRefusalsDoesNotFillTheDisk() throws Exception {
        for (int i = 0; i < 500; i++) {
            refused(bearer("guess" + i), "", null);
        }
        assertThat(audit().lines()).hasSizeLessThanOrEqualTo(121);
        assertThat(issuer.refusedCount()).isEqualTo(500);
    }
}
