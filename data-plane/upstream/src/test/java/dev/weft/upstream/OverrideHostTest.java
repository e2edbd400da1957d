package dev.weft.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.balance.PickContext;
import dev.weft.base.Address;
import dev.weft.base.Log;
import dev.weft.net.EventLoops;
import dev.weft.net.TlsContexts;
import dev.weft.stats.StatsRegistry;
import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.XdsReader;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A request that asks for an endpoint by address gets it, as far as the cluster allows. */
class OverrideHostTest {
    private final EventLoops loops = new EventLoops(1, "override-test");
    private final TlsContexts tls = new TlsContexts();
    private final Clusters clusters = new Clusters(
            loops.all(),
            tls,
            new StatsRegistry(2),
            name -> {
                throw new UnknownHostException(name);
            },
            Whereabouts.UNKNOWN,
            Log.to(System.err, Log.Level.ERROR, "test"));
    private final PickContext context = new PickContext(new SplittableRandom(1));

    @AfterEach
    void close() {
        clusters.close();
        tls.close();
        loops.close();
    }

    /** Endpoints 10.0.0.1 and [fd00::1], port 80, the second in this state. */
    private ClusterRuntime cluster(String status, String common) {
        Parsed<Cluster> parsed = XdsReader.clusterJson("""
                {"name": "c", "common_lb_config": {"healthy_panic_threshold": {"value": 0}%s},
                 "load_assignment": {"cluster_name": "c", "endpoints": [{"lb_endpoints": [
                  {"endpoint": {"address": {"socket_address": {"address": "10.0.0.1", "port_value": 80}}}},
                  {"endpoint": {"address": {"socket_address": {"address": "fd00::1", "port_value": 80}}},
                   "health_status": "%s"}]}]}}
                """.formatted(common, status));
        clusters.update(Map.of("c", ((Parsed.Ok<Cluster>) parsed).value()), Map.of());
        ClusterRuntime runtime = clusters.find("c");
        assertThat(runtime).isNotNull();
        return runtime;
    }

    private String picked(ClusterRuntime cluster, String wanted, boolean strict) {
        context.reset().overrideHost(Address.parse(wanted), strict);
        EndpointRuntime endpoint = cluster.pick(context);
        return endpoint == null ? "none" : endpoint.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "UNKNOWN, '', [fd00::1]:80",
        "HEALTHY, '', [fd00::1]:80",
        "DEGRADED, '', [fd00::1]:80",
        "DRAINING, '', 10.0.0.1:80",
        "UNHEALTHY, '', 10.0.0.1:80",
        "TIMEOUT, '', 10.0.0.1:80",
        "DRAINING, 'DRAINING', [fd00::1]:80",
        "UNHEALTHY, 'DRAINING', 10.0.0.1:80"
    })
    void theStatesAreThoseOfTheCluster(String status, String allowed, String expected) {
        ClusterRuntime cluster = cluster(
                status, allowed.isEmpty() ? "" : ", \"override_host_status\": {\"statuses\": [\"" + allowed + "\"]}");
        for (int i = 0; i < 20; i++) {
            assertThat(picked(cluster, "[fd00::1]:80", false)).isEqualTo(expected);
        }
        assertThat(picked(cluster, "[fd00::1]:80", true)).isEqualTo(expected.startsWith("[") ? expected : "none");
    }

    @Test
    void anAddressNobodyHasIsNoWish() {
        ClusterRuntime cluster = cluster("UNHEALTHY", "");
        assertThat(picked(cluster, "10.0.0.9:80", false)).isEqualTo("10.0.0.1:80");
        assertThat(picked(cluster, "10.0.0.1:81", false)).isEqualTo("10.0.0.1:80");
        assertThat(picked(cluster, "10.0.0.9:80", true)).isEqualTo("none");
    }

    @Test
    void anEndpointThatFailedIsNotGivenAgain() {
        ClusterRuntime cluster = cluster("HEALTHY", "");
        context.reset().overrideHost(Address.parse("[fd00::1]:80"), false);
        EndpointRuntime first = cluster.pick(context);
        assertThat(first).isNotNull();
        context.exclude(first);
        assertThat(cluster.pick(context)).hasToString("10.0.0.1:80");
    }
}
