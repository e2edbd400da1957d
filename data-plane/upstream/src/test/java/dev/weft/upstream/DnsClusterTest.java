package dev.weft.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.Log;
import dev.weft.net.EventLoops;
import dev.weft.net.TlsContexts;
import dev.weft.stats.StatsRegistry;
import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.XdsReader;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clusters whose endpoints are names, refreshed every few milliseconds. */
@Timeout(30)
class DnsClusterTest {
    private final EventLoops loops = new EventLoops(1, "dns-test");
    private final TlsContexts tls = new TlsContexts();
    private final FakeResolver names = new FakeResolver();
    private final Clusters clusters = new Clusters(
            loops.all(),
            tls,
            new StatsRegistry(2),
            names,
            Whereabouts.UNKNOWN,
            Log.to(System.err, Log.Level.ERROR, "test"));

    @AfterEach
    void close() {
        clusters.close();
        tls.close();
        loops.close();
    }

    private static Cluster cluster(String type, String family, String... hosts) {
        StringBuilder endpoints = new StringBuilder();
        for (String host : hosts) {
            endpoints
                    .append(endpoints.isEmpty() ? "" : ", ")
                    .append("{\"endpoint\": {\"address\": {\"socket_address\": {\"address\": \"")
                    .append(host)
                    .append("\", \"port_value\": 80}}}}");
        }
        Parsed<Cluster> parsed = XdsReader.clusterJson("""
                {"name": "c", "type": "%s", "connect_timeout": "1s", "dns_refresh_rate": "0.005s",
                 "dns_lookup_family": "%s",
                 "load_assignment": {"cluster_name": "c", "endpoints": [{"lb_endpoints": [%s]}]}}
                """.formatted(type, family, endpoints));
        return switch (parsed) {
            case Parsed.Ok<Cluster> ok -> ok.value();
            case Parsed.Rejected<Cluster> rejected ->
                throw new AssertionError(rejected.diagnostics().toString());
        };
    }

    private ClusterRuntime update(Cluster cluster) {
        clusters.update(Map.of("c", cluster), Map.of());
        ClusterRuntime runtime = clusters.find("c");
        assertThat(runtime).isNotNull();
        return runtime;
    }

    private static List<String> addresses(ClusterRuntime cluster) {
        return cluster.hosts().all().stream()
                .map(endpoint -> endpoint.socketAddress().getAddress().getHostAddress())
                .toList();
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(until);
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    @Test
    void strictDnsUsesEveryAddressAndFollowsTheName() throws Exception {
        names.answer("orders", "10.0.0.2", "10.0.0.1");
        names.answer("more", "10.0.0.9");
        ClusterRuntime cluster = update(cluster("STRICT_DNS", "V4_ONLY", "orders", "more"));
        assertThat(addresses(cluster)).containsExactly("10.0.0.1", "10.0.0.2", "10.0.0.9");
        EndpointRuntime stays = cluster.hosts().all().get(1);

        names.answer("orders", "10.0.0.3", "10.0.0.2");
        await("the new addresses", () -> addresses(cluster).equals(List.of("10.0.0.2", "10.0.0.3", "10.0.0.9")));
        assertThat(cluster.hosts().all().get(0)).as("keeps its pools").isSameAs(stays);
    }

    @Test
    void logicalDnsUsesOneAddress() throws Exception {
        names.answer("orders", "10.0.0.2", "10.0.0.1", "10.0.0.3");
        ClusterRuntime cluster = update(cluster("LOGICAL_DNS", "V4_ONLY", "orders"));
        assertThat(addresses(cluster)).containsExactly("10.0.0.1");
        EndpointRuntime used = cluster.hosts().all().getFirst();
        names.answer("orders", "10.0.0.0", "10.0.0.1");
        int before = names.asked.get();
        await("a few answers", () -> names.asked.get() > before + 3);
        assertThat(cluster.hosts().all()).as("still named").containsExactly(used);
        names.answer("orders", "10.0.0.7");
        await("the new address", () -> addresses(cluster).equals(List.of("10.0.0.7")));
    }

    @Test
    void logicalDnsIsForOneName() {
        assertThatThrownBy(() -> cluster("LOGICAL_DNS", "V4_ONLY", "one", "two"))
                .hasMessageContaining("must have a single locality_lb_endpoint and a single lb_endpoint");
    }

    @Test
    void aNameThatResolvesNoMoreKeepsItsAddresses() throws Exception {
        names.answer("orders", "10.0.0.1");
        ClusterRuntime cluster = update(cluster("STRICT_DNS", "V4_ONLY", "orders"));
        names.forget("orders");
        int before = names.asked.get();
        await("a few failures", () -> names.asked.get() > before + 3);
        assertThat(addresses(cluster)).containsExactly("10.0.0.1");
    }

    @Test
    void aNameThatIsUnknownAtFirstDelaysNobodyAndComesLater() throws Exception {
        long begun = System.nanoTime();
        ClusterRuntime cluster = update(cluster("STRICT_DNS", "V4_ONLY", "later"));
        assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(4));
        assertThat(addresses(cluster)).isEmpty();
        names.answer("later", "10.0.0.5");
        await("its address", () -> addresses(cluster).equals(List.of("10.0.0.5")));
    }

    @Test
    void aNewConfigurationIsResolvedAtOnce() throws Exception {
        names.answer("one", "10.0.0.1");
        names.answer("two", "10.0.0.2");
        ClusterRuntime cluster = update(cluster("STRICT_DNS", "V4_ONLY", "one"));
        assertThat(update(cluster("STRICT_DNS", "V4_ONLY", "two"))).isSameAs(cluster);
        await("the other name", () -> addresses(cluster).equals(List.of("10.0.0.2")));
    }

    @Test
    void aRemovedClusterIsAskedForNoMore() throws Exception {
        names.answer("orders", "10.0.0.1");
        ClusterRuntime removed = update(cluster("STRICT_DNS", "V4_ONLY", "orders"));
        clusters.retain(Set.of());
        assertThat(clusters.find("c")).isNull();
        names.forget("orders"); // whoever still asked would count
        // One question may be under way; the next cluster's turns come behind it on the same thread.
        names.answer("next", "10.0.0.2");
        ClusterRuntime next = update(cluster("STRICT_DNS", "V4_ONLY", "next"));
        assertThat(addresses(next)).containsExactly("10.0.0.2");
        clusters.retain(Set.of());
        int settled = names.asked.get();
        update(cluster("STRICT_DNS", "V4_ONLY", "10.1.1.1"));
        assertThat(names.asked.get() - settled).isLessThanOrEqualTo(1);
        assertThat(removed).isNotSameAs(next);
    }

    @Test
    void anAddressIsNotLookedUp() throws Exception {
        ClusterRuntime cluster = update(cluster("STRICT_DNS", "V4_ONLY", "10.1.2.3"));
        assertThat(addresses(cluster)).containsExactly("10.1.2.3");
        assertThat(names.asked).hasValue(0);
    }

    @ParameterizedTest
    @CsvSource({
        "V4_ONLY, both, 10.0.0.1",
        "V4_ONLY, six, ''",
        "V6_ONLY, both, fd00:0:0:0:0:0:0:1",
        "V6_ONLY, four, ''",
        "AUTO, both, fd00:0:0:0:0:0:0:1",
        "AUTO, four, 10.0.0.1",
        "V4_PREFERRED, both, 10.0.0.1",
        "V4_PREFERRED, six, fd00:0:0:0:0:0:0:1",
        "ALL, both, 10.0.0.1 fd00:0:0:0:0:0:0:1"
    })
    void theFamilyIsChosenAsEnvoyDoes(String family, String name, String wanted) throws UnknownHostException {
        names.answer("both", "fd00::1", "10.0.0.1");
        names.answer("four", "10.0.0.1");
        names.answer("six", "fd00::1");
        assertThat(String.join(" ", addresses(update(cluster("STRICT_DNS", family, name)))))
                .isEqualTo(wanted);
    }
}
