package dev.weft.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.SpiffeId;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.SourceUpdate;
import dev.weft.meshmodel.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseRegistryTest {
    @TempDir
    Path directory;

    private long now = 1_000_000_000L;
    private final List<SourceUpdate> updates = new ArrayList<>();
    private LeaseRegistry registry;

    @BeforeEach
    void start() throws IOException {
        registry = new LeaseRegistry(() -> now, directory.resolve("leases"), updates::addAll);
        registry.start();
    }

    private void restart() throws IOException {
        registry.close();
        updates.clear();
        start();
    }

    private void pass(Duration time) {
        now += time.toNanos();
        registry.tick();
    }

    private static Lease lease(String name, String uid) {
        return lease(name, uid, "spiffe://cluster.local/ns/shop/sa/payments");
    }

    private static Lease lease(String name, String uid, String identity) {
        return new Lease(
                "shop",
                name,
                "payments",
                "payments",
                SpiffeId.parse(identity),
                "10.0.0.1",
                List.of(new Workload.Port("http", 8080, 18080)),
                Map.of("version", "v1"),
                Workload.Tls.MUTUAL,
                "eu/a",
                "10.0.0.1:15020",
                uid,
                true);
    }

    private List<String> workloads() {
        return MeshImage.empty().apply(updates).after().workloads().stream()
                .map(Workload::name)
                .toList();
    }

    @Test
    void registeredInstanceIsAWorkload() throws Exception {
        registry.register(lease("p1", "u1"));
        Workload workload = MeshImage.empty().apply(updates).after().workloads().getFirst();
        assertThat(workload.labels()).isEqualTo(Map.of("version", "v1", "app", "payments"));
        assertThat(workload.source()).isEqualTo(Workload.Source.LEASE);
        assertThat(workload.identity()).hasToString("spiffe://cluster.local/ns/shop/sa/payments");
        assertThat(updates.getFirst()).isEqualTo(new SourceUpdate.Synced("leases"));
    }

    @Test
    void goodbyeRemovesAtOnce() throws Exception {
        LeaseRegistry.Session session = registry.register(lease("p1", "u1"));
        session.leave();
        assertThat(workloads()).isEmpty();
        session.closed();
        session.renew();
        pass(Duration.ofMinutes(1));
        assertThat(updates).hasSize(3); // synced, there, gone
    }

    private boolean isReady() {
        return MeshImage.empty().apply(updates).after().workloads().getFirst().ready();
    }

    @Test
    void anInstanceThatIsNotReadyStays() throws Exception {
        LeaseRegistry.Session session = registry.register(lease("p1", "u1"));
        assertThat(isReady()).isTrue();
        assertThat(session.ready(false)).isTrue();
        assertThat(session.ready(false)).as("no news").isFalse();
        assertThat(isReady()).isFalse();
        session.renew();
        assertThat(isReady()).isFalse();
        restart();
        assertThat(isReady()).as("known over a restart").isFalse();
        LeaseRegistry.Session again = registry.register(lease("p1", "u1").withReady(false));
        assertThat(updates).as("nothing new").hasSize(2);
        assertThat(again.ready(true)).isTrue();
        assertThat(isReady()).isTrue();
    }

    @Test
    void aStreamThatWasReplacedHasNoSay() throws Exception {
        LeaseRegistry.Session first = registry.register(lease("p1", "u1"));
        LeaseRegistry.Session second = registry.register(lease("p1", "u1"));
        assertThat(first.ready(false)).isFalse();
        assertThat(isReady()).isTrue();
        assertThat(second.ready(false)).isTrue();
    }

    @Test
    void crashedInstanceIsGoneAfterOneSecond() throws Exception {
        LeaseRegistry.Session session = registry.register(lease("p1", "u1"));
        session.closed();
        pass(Duration.ofMillis(900));
        assertThat(workloads()).containsExactly("p1");
        pass(Duration.ofMillis(100));
        assertThat(workloads()).isEmpty();
    }

    @Test
    void reconnectedInstanceStays() throws Exception {
        LeaseRegistry.Session first = registry.register(lease("p1", "u1"));
        first.closed();
        pass(Duration.ofMillis(500));
        LeaseRegistry.Session second = registry.register(lease("p1", "u1"));
        pass(Duration.ofSeconds(5));
        assertThat(workloads()).containsExactly("p1");
        assertThat(updates).hasSize(2); // nothing changed for anyone
        assertThat(first.isCurrent()).isFalse();
        assertThat(second.isCurrent()).isTrue();
    }

    @Test
    void lateEndOfAnOldStreamDoesNotHarmTheNewOne() throws Exception {
        LeaseRegistry.Session first = registry.register(lease("p1", "u1"));
        registry.register(lease("p1", "u1"));
        first.closed();
        first.leave();
        pass(Duration.ofSeconds(10));
        assertThat(workloads()).containsExactly("p1");
    }

    @Test
    void silentInstanceIsGoneAfterItsTtl() throws Exception {
        LeaseRegistry.Session session = registry.register(lease("p1", "u1"));
        pass(Duration.ofSeconds(10));
        session.renew();
        pass(Duration.ofSeconds(14));
        assertThat(workloads()).containsExactly("p1");
        pass(Duration.ofSeconds(1));
        assertThat(workloads()).isEmpty();
    }

    @Test
    void renewalDoesNotSaveAnInstanceWhoseStreamIsClosed() throws Exception {
        LeaseRegistry.Session session = registry.register(lease("p1", "u1"));
        session.closed();
        session.closed();
        pass(LeaseRegistry.RECONNECT);
        assertThat(workloads()).isEmpty();
    }

    @Test
    void otherIdentityCannotTakeAName() throws Exception {
        registry.register(lease("p1", "u1"));
        assertThatThrownBy(() -> registry.register(lease("p1", "u2", "spiffe://cluster.local/ns/shop/sa/evil")))
                .isInstanceOf(LeaseRegistry.RefusedException.class)
                .hasMessageContaining("spiffe://cluster.local/ns/shop/sa/payments");
    }

    @Test
    void nothingIsRemovedForOneTtlAfterARestart() throws Exception {
        registry.register(lease("p1", "u1"));
        registry.register(lease("p2", "u2")).leave();
        registry.register(lease("p3", "u3"));
        now += Duration.ofMinutes(5).toNanos();
        restart();
        assertThat(workloads()).containsExactly("p1", "p3");
        pass(Duration.ofSeconds(10));
        registry.register(lease("p1", "u1"));
        pass(Duration.ofSeconds(4));
        assertThat(workloads()).containsExactly("p1", "p3");
        pass(Duration.ofSeconds(1));
        assertThat(workloads()).containsExactly("p1");
        restart();
        assertThat(registry.leases()).containsExactly(lease("p1", "u1"));
    }

    @Test
    void damagedJournalLinesArePassedOver() throws Exception {
        registry.register(lease("p1", "u1"));
        registry.close();
        Files.writeString(
                directory.resolve("leases"),
                "{\"name\":\"x\"}\n[]\nnonsense\n{\"removed\":7}\n{\"ports\":[1],\"labels\":{}}\n{\"namespace\":\"shop\",\"na",
                StandardOpenOption.APPEND);
        restart();
        assertThat(workloads()).containsExactly("p1");
    }

    @Test
    void journalStaysSmall() throws Exception {
        for (int i = 0; i < 3_000; i++) {
            registry.register(lease("p1", "u" + i)).leave();
        }
        assertThat(Files.readAllLines(directory.resolve("leases"))).hasSizeLessThan(1_100);
    }
}
