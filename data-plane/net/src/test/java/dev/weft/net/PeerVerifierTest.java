package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.TrustDomain;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** X509-SVID §4 and §5, one rule at a time, and what a chain may look like. */
class PeerVerifierTest {
    private static final String ID = "spiffe://cluster.local/ns/shop/sa/payments";
    private static final TestCa ROOT = TestCa.root("root");

    private Instant now = Instant.now();

    private PeerVerifier mesh(X509Certificate... roots) {
        return verifier(true, new TrustDomain("cluster.local"), roots);
    }

    private PeerVerifier verifier(boolean spiffe, @Nullable TrustDomain domain, X509Certificate... roots) {
        return new PeerVerifier(
                new PeerVerifier.Rules(List.of(roots), spiffe, domain, List.of(), List.of(), false, false), () -> now);
    }

    private static X509Certificate[] chain(TestCa.Issued issued) {
        return issued.chain().toArray(new X509Certificate[0]);
    }

    private void refused(String reason, TestCa.Shape shape) {
        assertThatThrownBy(() -> mesh(ROOT.root).verify(chain(ROOT.issue(shape)), false))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining(reason);
    }

    private static TestCa.Shape workload(Consumer<TestCa.Shape> change) {
        return new TestCa.Shape().uri(ID).with(change);
    }

    @Test
    void goodSvidIsAccepted() throws Exception {
        PeerCertificate peer = mesh(ROOT.root).verify(chain(ROOT.workload(ID)), true);
        assertThat(peer.identity()).hasToString(ID);
        assertThat(peer.uriNames()).containsExactly(ID);
    }

    @Test
    void exactlyOneUriName() {
        refused("exactly one URI name, has 0", new TestCa.Shape().dns("payments"));
        refused("exactly one URI name, has 2", workload(s -> s.uri("spiffe://cluster.local/ns/shop/sa/other")));
        refused("exactly one URI name, has 2", workload(s -> s.uri("https://example.com")));
    }

    @Test
    void dnsNamesBesideTheIdentityDoNoHarm() throws Exception {
        assertThat(mesh(ROOT.root)
                        .verify(chain(ROOT.issue(workload(s -> s.dns("payments")))), false)
                        .identity())
                .hasToString(ID);
    }

    @Test
    void identityMustBeAWorkloads() {
        refused("not a workload's SPIFFE identity", new TestCa.Shape().uri("spiffe://cluster.local"));
        refused("not a workload's SPIFFE identity", new TestCa.Shape().uri("spiffe://cluster.local/"));
        refused("not a workload's SPIFFE identity", new TestCa.Shape().uri("spiffe://Cluster.local/ns/a/sa/b"));
        refused("not a workload's SPIFFE identity", new TestCa.Shape().uri("spiffe://cluster.local/a/../b"));
        refused("not a workload's SPIFFE identity", new TestCa.Shape().uri("https://cluster.local/ns/a/sa/b"));
        refused(
                "not a workload's SPIFFE identity",
                new TestCa.Shape().uri("spiffe://cluster.local/" + "a".repeat(2048)));
    }

    @Test
    void leafMustNotBeAnAuthority() {
        refused("a CA certificate", workload(s -> s.ca = true));
    }

    @Test
    void keyUsageMustBeCriticalDigitalSignatureOnly() {
        refused("key usage", workload(s -> s.withUsage = false));
        refused("key usage", workload(s -> s.usageCritical = false));
        refused("key usage", workload(s -> s.usage = KeyUsage.keyEncipherment));
        refused("key usage", workload(s -> s.usage = KeyUsage.digitalSignature | KeyUsage.cRLSign));
        refused("key usage", workload(s -> s.usage = KeyUsage.digitalSignature | KeyUsage.keyCertSign));
    }

    @Test
    void trustDomainMustBeTheBundles() {
        refused(
                "trust domain is not cluster.local",
                new TestCa.Shape().uri("spiffe://other.domain/ns/shop/sa/payments"));
    }

    @Test
    void purposeMustFit() throws Exception {
        X509Certificate[] clientOnly =
                chain(ROOT.issue(workload(s -> s.purposes = List.of(KeyPurposeId.id_kp_clientAuth))));
        assertThat(mesh(ROOT.root).verify(clientOnly, false).identity()).hasToString(ID);
        assertThatThrownBy(() -> mesh(ROOT.root).verify(clientOnly, true)).hasMessageContaining("not for servers");
        assertThat(mesh(ROOT.root)
                        .verify(chain(ROOT.issue(workload(s -> s.purposes = List.of()))), true)
                        .identity())
                .hasToString(ID);
    }

    @Test
    void timeIsCheckedOnEveryUse() throws Exception {
        PeerVerifier verifier = mesh(ROOT.root);
        X509Certificate[] chain = chain(ROOT.issue(workload(s -> s.to = now.plus(Duration.ofHours(1)))));
        assertThat(verifier.verify(chain, true)).isSameAs(verifier.verify(chain, true));
        now = now.plus(Duration.ofHours(2));
        assertThatThrownBy(() -> verifier.verify(chain, true)).hasMessageContaining("chain refused");
        refused("chain refused", workload(s -> s.from = now.plus(Duration.ofMinutes(5))));
    }

    @Test
    void intermediatesAreFollowedInAnyOrder() throws Exception {
        TestCa inner = ROOT.intermediate("outer").intermediate("inner");
        List<X509Certificate> chain = inner.workload(ID).chain();
        assertThat(chain).hasSize(3);
        PeerVerifier verifier = mesh(ROOT.root);
        assertThat(verifier.verify(chain.toArray(new X509Certificate[0]), true).identity())
                .hasToString(ID);
        X509Certificate[] shuffled = {chain.get(0), chain.get(2), chain.get(1), ROOT.root};
        assertThat(verifier.verify(shuffled, true).identity()).hasToString(ID);
        assertThatThrownBy(() -> verifier.verify(new X509Certificate[] {chain.get(0), chain.get(2)}, true))
                .hasMessageContaining("not issued by a trusted root");
    }

    @Test
    void workloadCannotIssue() {
        // A workload's key signs a "certificate" for another identity.
        TestCa.Issued thief = ROOT.workload(ID);
        TestCa fake = TestCa.with(thief);
        assertThatThrownBy(() ->
                        mesh(ROOT.root).verify(chain(fake.workload("spiffe://cluster.local/ns/shop/sa/admin")), true))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("chain refused");
    }

    @Test
    void twoRootsOfOneNameBothCount() throws Exception {
        TestCa next = TestCa.root("root"); // root rotation: the same name, a new key
        PeerVerifier both = mesh(ROOT.root, next.root);
        assertThat(both.verify(chain(ROOT.workload(ID)), true).identity()).hasToString(ID);
        assertThat(both.verify(chain(next.workload(ID)), true).identity()).hasToString(ID);
        assertThatThrownBy(() -> mesh(ROOT.root).verify(chain(next.workload(ID)), true))
                .hasMessageContaining("chain refused");
    }

    @Test
    void outsideAMeshNamesAreFree() throws Exception {
        PeerVerifier web = verifier(false, null, ROOT.root);
        PeerCertificate site =
                web.verify(chain(ROOT.issue(new TestCa.Shape().dns("a.example").dns("b.example"))), true);
        assertThat(site.identity()).isNull();
        assertThat(site.dnsNames()).containsExactly("a.example", "b.example");
    }

    @Test
    void selfSignedLeafThatIsItsOwnRootIsAccepted() throws Exception {
        assertThat(verifier(false, null, ROOT.root)
                        .verify(new X509Certificate[] {ROOT.root}, true)
                        .leaf())
                .isEqualTo(ROOT.root);
    }
}
