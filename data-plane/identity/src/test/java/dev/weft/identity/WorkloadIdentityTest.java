package dev.weft.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Pem;
import dev.weft.base.SpiffeId;
import dev.weft.identity.WorkloadIdentity.Alarm;
import dev.weft.xdsmodel.DataSource;
import dev.weft.xdsmodel.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WorkloadIdentityTest {
    private static final SpiffeId PAYMENTS = SpiffeId.parse("spiffe://cluster.local/ns/shop/sa/payments");
    private static final Duration DAY = Duration.ofHours(24);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

    private Instant now = START;
    private final FakeAuthority authority = new FakeAuthority(() -> now);
    private final List<IssuedIdentity> issued = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private final WorkloadIdentity identity = newIdentity(new Random(1));

    private WorkloadIdentity newIdentity(Random random) {
        return new WorkloadIdentity(PAYMENTS, DAY, authority, () -> now, random, new WorkloadIdentity.Listener() {
            @Override
            public void issued(IssuedIdentity identity) {
                issued.add(identity);
                events.add("issued");
            }

            @Override
            public void failed(String reason, Instant retryAt) {
                assertThat(retryAt).isAfter(now);
                events.add("failed: " + reason);
            }

            @Override
            public void alarm(Alarm level, IssuedIdentity identity) {
                events.add(level.toString());
            }
        });
    }

    /** Moves time to each instant the machine asked for, until then. */
    private void run(Instant until) {
        Instant next = identity.tick();
        while (!next.isAfter(until)) {
            now = next.isAfter(now) ? next : now;
            Instant after = identity.tick();
            assertThat(after).as("a tick must make progress").isAfter(now);
            next = after;
        }
        now = until;
    }

    @Test
    void asksAtOnceAndGivesTheSecrets() {
        identity.tick();
        assertThat(authority.asked).hasSize(1);
        assertThat(authority.asked.peek().request().validity()).isEqualTo(DAY);
        assertThat(identity.current()).isNull();
        authority.issue(DAY);
        assertThat(identity.current().identity()).isEqualTo(PAYMENTS);
        List<Secret> secrets = issued.get(0).secrets();
        assertThat(secrets).extracting(Secret::name).containsExactly("default", "ROOTCA");
        Secret.TlsCertificate own = (Secret.TlsCertificate) secrets.get(0);
        String key = ((DataSource.Inline) own.privateKey()).text();
        String chain = ((DataSource.Inline) own.certificateChain()).text();
        assertThat(KeyPairs.match(
                        Pem.privateKey(key), Pem.certificates(chain).get(0).getPublicKey()))
                .isTrue();
        Secret.ValidationContext roots = (Secret.ValidationContext) secrets.get(1);
        assertThat(((DataSource.Inline) roots.trustedCa()).text()).isEqualTo(authority.rootPem());
        assertThat(secrets.toString()).doesNotContain("PRIVATE KEY");
        assertThat(issued.get(0).toString()).doesNotContain("PRIVATE");
    }

    @Test
    void renewsAroundHalfOfTheLifeWithANewKey() {
        Set<Instant> renewals = new HashSet<>();
        for (int seed = 0; seed < 20; seed++) {
            now = START;
            WorkloadIdentity one = newIdentity(new Random(seed));
            one.tick();
            authority.issue(DAY);
            Instant renewal = one.tick();
            renewals.add(renewal);
            assertThat(Duration.between(START, renewal)).isBetween(Duration.ofMinutes(576), Duration.ofMinutes(864));
            now = renewal.minusMillis(1);
            one.tick();
            assertThat(authority.asked).isEmpty();
            now = renewal;
            one.tick();
            authority.issue(DAY);
            assertThat(one.current().notBefore()).isAfter(START);
        }
        assertThat(renewals.size()).as("spread over the fleet").isGreaterThan(15);
        assertThat(new HashSet<>(issued.stream().map(IssuedIdentity::key).toList()))
                .hasSize(issued.size());
    }

    @Test
    void rotatesOnDemand() {
        identity.tick();
        authority.issue(DAY);
        now = now.plusSeconds(5);
        identity.tick();
        assertThat(authority.asked).isEmpty();
        identity.rotateNow();
        identity.tick();
        authority.issue(DAY);
        assertThat(issued).hasSize(2);
        assertThat(issued.get(1).serial()).isNotEqualTo(issued.get(0).serial());
    }

    @Test
    void retriesWithBackoffUpToThirtySeconds() {
        identity.tick();
        for (int i = 0; i < 40; i++) {
            authority.asked.remove().answer().failed("control plane away");
            Instant retry = identity.tick();
            assertThat(Duration.between(now, retry)).isBetween(Duration.ofMillis(100), Duration.ofSeconds(30));
            assertThat(authority.asked).isEmpty();
            now = retry;
            identity.tick();
            assertThat(authority.asked).hasSize(1);
        }
        authority.issue(DAY);
        assertThat(identity.lastFailure()).isNull();
    }

    @Test
    void silenceCountsAsFailureAndALateAnswerIsIgnored() {
        Instant deadline = identity.tick();
        assertThat(deadline).isEqualTo(START.plusSeconds(10));
        FakeAuthority.Asked late = authority.asked.remove();
        now = deadline;
        Instant retry = identity.tick();
        assertThat(identity.lastFailure()).contains("no answer");
        late.answer()
                .issued(List.of(authority.certificate(late.request(), PAYMENTS.toString(), DAY), authority.rootPem()));
        assertThat(identity.current()).isNull();
        now = retry;
        identity.tick();
        authority.issue(DAY);
        assertThat(identity.current()).isNotNull();
    }

    @Test
    void alarmsRiseWhileRenewalFailsAndEndWithSuccess() {
        identity.tick();
        authority.issue(HOUR);
        // Nobody answers: each attempt runs into its deadline.
        run(START.plus(HOUR.multipliedBy(71).dividedBy(100)));
        assertThat(identity.alarm()).isEqualTo(Alarm.LATE);
        run(START.plus(HOUR.multipliedBy(91).dividedBy(100)));
        assertThat(identity.alarm()).isEqualTo(Alarm.CRITICAL);
        run(START.plus(HOUR).plusSeconds(1));
        assertThat(identity.alarm()).isEqualTo(Alarm.EXPIRED);
        assertThat(identity.current()).as("kept and shown past its end").isNotNull();
        assertThat(events.stream().filter(e -> !e.startsWith("failed")))
                .containsExactly("issued", "LATE", "CRITICAL", "EXPIRED");
        while (authority.asked.size() > 1) {
            authority.asked.remove();
        }
        if (authority.asked.isEmpty()) {
            now = identity.tick();
            identity.tick();
        }
        authority.issue(HOUR);
        if (identity.alarm() != Alarm.NONE) { // the last attempt had been given up: the next one counts
            now = identity.tick();
            identity.tick();
            authority.issue(HOUR);
        }
        assertThat(identity.alarm()).isEqualTo(Alarm.NONE);
    }

    @Test
    void wrongAnswersAreRefused() {
        List<String> reasons = new ArrayList<>();
        identity.tick();
        FakeAuthority.Asked first = authority.asked.remove();
        String good = authority.certificate(first.request(), PAYMENTS.toString(), DAY);
        String root = authority.rootPem();
        CertificateSource.Request foreign =
                new CertificateSource.Request(PAYMENTS, CertificateRequest.pem(KeyPairs.newP256(), PAYMENTS), DAY);
        List<List<String>> answers = List.of(
                List.of(good),
                List.of("", root),
                List.of(good, "nothing"),
                List.of("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", root),
                List.of(authority.certificate(foreign, PAYMENTS.toString(), DAY), root));
        FakeAuthority.Asked open = first;
        for (List<String> answer : answers) {
            open.answer().issued(answer);
            reasons.add(identity.lastFailure());
            assertThat(identity.current()).isNull();
            now = identity.tick();
            identity.tick();
            open = authority.asked.remove();
        }
        open.answer()
                .issued(List.of(
                        authority.certificate(open.request(), "spiffe://cluster.local/ns/shop/sa/other", DAY), root));
        reasons.add(identity.lastFailure());
        now = identity.tick();
        identity.tick();
        open = authority.asked.remove();
        String old = authority.certificate(open.request(), PAYMENTS.toString(), Duration.ofSeconds(1));
        now = now.plusSeconds(2);
        open.answer().issued(List.of(old, root));
        reasons.add(identity.lastFailure());
        assertThat(reasons).doesNotContainNull();
        assertThat(reasons.get(4)).contains("another key");
        assertThat(reasons.get(5)).contains("sa/other");
        assertThat(reasons.get(6)).contains("ended already");
        assertThat(identity.current()).isNull();
    }
}
