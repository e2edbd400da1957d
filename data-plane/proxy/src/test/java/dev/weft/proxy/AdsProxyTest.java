package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The proxy as a process, configured over ADS by a foreign bootstrap. */
@Timeout(180)
class AdsProxyTest {
    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    Path directory;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private <T extends AutoCloseable> T opened(T one) {
        open.add(one);
        return one;
    }

    private static String bootstrap(int adminPort, int adsPort, String apiType) {
        return """
                {"admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}}},
                 "node": {"id": "test-id", "cluster": "test-cluster"},
                 "dynamic_resources": {
                   "ads_config": {"api_type": "%s", "transport_api_version": "V3",
                     "grpc_services": [{"envoy_grpc": {"cluster_name": "control"}}]},
                   "lds_config": {"ads": {}, "resource_api_version": "V3"},
                   "cds_config": {"ads": {}, "resource_api_version": "V3"}},
                 "static_resources": {"clusters": [{"name": "control", "type": "STATIC", "connect_timeout": "1s",
                   "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                     "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                     "explicit_http_config": {"http2_protocol_options": {}}}},
                   "load_assignment": {"cluster_name": "control", "endpoints": [{"lb_endpoints": [{"endpoint":
                     {"address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}}}}]}]}}]}}
                """.formatted(adminPort, apiType, adsPort);
    }

    @Test
    void trafficGoesOnWhileTheControlPlaneIsGone() throws Exception {
        Backend one = opened(new Backend("one"));
        Backend two = opened(new Backend("two"));
        int port = RunningProxy.freePort();
        int admin = RunningProxy.freePort();
        FakeControlPlane control = new FakeControlPlane(0, port, one.port());
        int adsPort = control.port();
        RunningProxy proxy;
        AtomicInteger failures = new AtomicInteger();
        AtomicInteger answers = new AtomicInteger();
        AtomicBoolean stop = new AtomicBoolean();
        CompletableFuture<Void> load;
        try (control) {
            proxy = opened(RunningProxy.bootstrap(directory, bootstrap(admin, adsPort, "DELTA_GRPC")))
                    .awaitReady();
            assertThat(proxy.get(port, "/").body()).isEqualTo("one");
            control.endpoint(two.port());
            awaitBody(proxy, port, "two");
            control.sendNonsense();
            assertThat(control.refusals.poll(20, TimeUnit.SECONDS)).contains("nonsense", "lb_policy");
            assertThat(proxy.get(admin, "/config_dump").body())
                    .contains("dynamic_active_clusters", "\"service\"", "error_state", "lb_policy");
            assertThat(proxy.get(admin, "/endpoints").body()).contains("" + two.port());
            load = CompletableFuture.runAsync(
                    () -> {
                        while (!stop.get()) {
                            try {
                                HttpResponse<String> answer = proxy.get(port, "/");
                                (answer.statusCode() == 200 ? answers : failures).incrementAndGet();
                            } catch (Exception e) {
                                failures.incrementAndGet();
                            }
                        }
                    },
                    RunningProxy.THREADS);
            control.held.clear();
        }
        int before = answers.get();
        try (FakeControlPlane again = new FakeControlPlane(adsPort, port, two.port())) {
            assertThat(again.held.poll(60, TimeUnit.SECONDS)).containsKey("service");
            again.endpoint(one.port());
            awaitBody(proxy, port, "one");
        }
        stop.set(true);
        load.get(20, TimeUnit.SECONDS);
        assertThat(answers.get()).isGreaterThan(before);
        assertThat(failures).hasValue(0);
        proxy.process.toHandle().destroy();
        assertThat(proxy.exit()).isZero();
        assertThat(proxy.errors()).contains("connected to control plane", "trying again");
    }

    @Test
    void stateOfTheWorldServesToo() throws Exception {
        Backend backend = opened(new Backend("hello"));
        int port = RunningProxy.freePort();
        FakeControlPlane control = opened(new FakeControlPlane(0, port, backend.port()));
        RunningProxy proxy = opened(
                        RunningProxy.bootstrap(directory, bootstrap(RunningProxy.freePort(), control.port(), "GRPC")))
                .awaitReady();
        assertThat(proxy.get(port, "/").body()).isEqualTo("hello");
    }

    private static void awaitBody(RunningProxy proxy, int port, String body) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!proxy.get(port, "/").body().equals(body)) {
            assertThat(System.nanoTime()).as("time until '%s' answers", body).isLessThan(until);
        }
    }
}
