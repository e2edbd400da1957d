package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.PlainHttpConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real Envoy and Weft, started from the same bootstrap, delay and refuse the same requests. */
@Timeout(120)
class FaultDifferentialTest {
    private static final String TYPE =
            "\"@type\": \"type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault\"";
    private static final String ALL = "\"percentage\": {\"numerator\": 1000000, \"denominator\": \"MILLION\"}";

    @TempDir
    static Path folder;

    private static HeadBackend backend;
    private static ProxyPair proxies;

    @BeforeAll
    static void startBoth() throws IOException {
        backend = HeadBackend.start();
        // The connection manager's own fault hits nobody; each host's does what its name says.
        String filter = "{\"name\": \"fault\", \"typed_config\": {" + TYPE + "}},"
                + "{\"name\": \"off\", \"disabled\": true, \"typed_config\": {" + TYPE
                + ", \"abort\": {\"http_status\": 599, " + ALL + "}}}";
        String hosts = String.join(
                ",",
                host("plain", ""),
                host("abort", fault("\"abort\": {\"http_status\": 555, " + ALL + "}")),
                host("never", fault("\"abort\": {\"http_status\": 555, \"percentage\": {\"numerator\": 0}}")),
                host("unsaid", fault("\"abort\": {\"http_status\": 555}")),
                host("grpc", fault("\"abort\": {\"grpc_status\": 8, " + ALL + "}")),
                host(
                        "header",
                        fault("\"delay\": {\"header_delay\": {}, " + ALL + "}, \"abort\": {\"header_abort\": {}, " + ALL
                                + "}")),
                host(
                        "matched",
                        fault("\"abort\": {\"http_status\": 418, " + ALL + "}, \"upstream_cluster\": \"backend\","
                                + "\"headers\": [{\"name\": \"x-hit\", \"string_match\": {\"prefix\": \"y\"}}],"
                                + "\"downstream_nodes\": [\"n\"]")),
                host("elsewhere", fault("\"abort\": {\"http_status\": 418, " + ALL + "}, \"upstream_cluster\": \"x\"")),
                host("slow", fault("\"delay\": {\"fixed_delay\": \"0.3s\", " + ALL + "}")),
                host("endless", fault("\"delay\": {\"fixed_delay\": \"600s\", " + ALL + "}")),
                host(
                        "both",
                        fault("\"delay\": {\"fixed_delay\": \"0.1s\", " + ALL + "}, \"abort\": {\"http_status\": 429, "
                                + ALL + "}")),
                host(
                        "switched",
                        "\"off\": {\"@type\": \"type.googleapis.com/envoy.config.route.v3.FilterConfig\","
                                + "\"config\": {}}"));
        proxies = ProxyPair.start(
                folder, ProxyPair.bootstrap(filter, hosts, ProxyPair.cluster("backend", backend.port())));
    }

    private static String fault(String fields) {
        return "\"fault\": {" + TYPE + "," + fields + "}";
    }

    private static String host(String name, String filters) {
        return """
                {"name": "%1$s", "domains": ["%1$s"], "typed_per_filter_config": {%2$s},
                 "routes": [
                  {"match": {"prefix": "/off"}, "route": {"cluster": "backend"}, "typed_per_filter_config": {
                   "fault": {"@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", "disabled": true}}},
                  {"match": {"prefix": "/"}, "route": {"cluster": "backend"}}]}""".formatted(name, filters);
    }

    @AfterAll
    static void stopBoth() throws Exception {
        proxies.close();
        backend.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plain|/|",
                "abort|/|",
                "abort|/|content-type: application/grpc",
                "abort|/off|",
                "never|/|",
                "unsaid|/|",
                "grpc|/|",
                "grpc|/|content-type: application/grpc",
                "header|/|",
                "header|/|x-envoy-fault-abort-request: 503",
                "header|/|x-envoy-fault-abort-request: 200",
                "header|/|x-envoy-fault-abort-request: 199",
                "header|/|x-envoy-fault-abort-request: 600",
                "header|/|x-envoy-fault-abort-request: many",
                "header|/|x-envoy-fault-abort-grpc-request: 5",
                "header|/|x-envoy-fault-abort-grpc-request: 5; content-type: application/grpc",
                "header|/|x-envoy-fault-abort-grpc-request: 99; content-type: application/grpc",
                "header|/|x-envoy-fault-abort-request: 503; x-envoy-fault-abort-grpc-request: 5",
                "header|/|x-envoy-fault-abort-request: 503; x-envoy-fault-abort-request-percentage: 0",
                "header|/|x-envoy-fault-abort-request: 503; x-envoy-fault-abort-request-percentage: 2000000",
                "header|/|x-envoy-fault-abort-request: 503; x-envoy-fault-abort-request-percentage: none",
                "header|/|x-envoy-fault-delay-request: 20",
                "header|/|x-envoy-fault-delay-request: 0",
                "header|/|x-envoy-fault-delay-request: soon",
                "matched|/|",
                "matched|/|x-hit: yes",
                "matched|/|x-hit: yes; x-envoy-downstream-service-node: n",
                "matched|/|x-hit: no; x-envoy-downstream-service-node: n",
                "matched|/|x-hit: yes; x-envoy-downstream-service-node: m",
                "elsewhere|/|",
                "slow|/|",
                "both|/|",
                "switched|/|"
            })
    void theSameRequestsAreHit(String host, String path, String fields) throws IOException {
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n");
        if (fields != null) {
            for (String field : fields.split("; ", -1)) {
                request.append(field).append("\r\n");
            }
        }
        String envoy = seen(proxies.envoy.ask(request + "\r\n"));
        assertThat(seen(proxies.weft.ask(request + "\r\n"))).isEqualTo(envoy);
    }

    /** Status, what gRPC's callers read, and whether the body is the fault's. */
    private static String seen(PlainHttpConnection.Answer answer) {
        StringBuilder seen = new StringBuilder().append(answer.status());
        for (String name : new String[] {"grpc-status", "grpc-message", "content-type", "content-length"}) {
            boolean counts = !name.equals("content-length") || !answer.text().startsWith("GET");
            answer.header(name)
                    .filter(value -> counts)
                    .ifPresent(
                            value -> seen.append(' ').append(name).append('=').append(value));
        }
        String body = answer.text();
        return seen + " " + (body.startsWith("GET") ? "forwarded" : body.toLowerCase(Locale.ROOT));
    }

    @Test
    void aDelayHoldsTheRequestUp() throws IOException {
        for (ProxyPair.Side side : new ProxyPair.Side[] {proxies.envoy, proxies.weft}) {
            long begin = System.nanoTime();
            assertThat(side.ask("GET / HTTP/1.1\r\nHost: slow\r\n\r\n").status())
                    .isEqualTo(200);
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin))
                    .as(side.name())
                    .isBetween(290L, 5_000L); // Envoy counts whole milliseconds
        }
    }

    /** Its body waits with it, and the connection serves on. */
    @Test
    void aHeldRequestKeepsItsBodyAndItsConnection() throws IOException {
        String body = "b".repeat(300_000);
        for (ProxyPair.Side side : new ProxyPair.Side[] {proxies.envoy, proxies.weft}) {
            try (PlainHttpConnection connection = side.connect()) {
                for (String host : new String[] {"both", "abort", "plain"}) {
                    connection.send(("POST / HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: "
                                    + (host.equals("plain") ? 0 : body.length()) + "\r\n\r\n"
                                    + (host.equals("plain") ? "" : body))
                            .getBytes(StandardCharsets.ISO_8859_1));
                    PlainHttpConnection.Answer answer = connection.read(false);
                    assertThat(answer.status())
                            .as(side.name() + " " + host)
                            .isEqualTo(host.equals("both") ? 429 : host.equals("abort") ? 555 : 200);
                    if (answer.closes()) {
                        break; // Envoy does so after an answer that came before its request had ended
                    }
                }
            }
        }
    }

    /** Counters have the same names; a delay whose client has left is over. */
    @Test
    void aDelayEndsWithItsClient() throws IOException {
        for (ProxyPair.Side side : new ProxyPair.Side[] {proxies.envoy, proxies.weft}) {
            double before = side.metric("envoy_http_fault_delays_injected");
            try (PlainHttpConnection connection = side.connect()) {
                connection.send("GET / HTTP/1.1\r\nHost: endless\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                side.awaitMetric("envoy_http_fault_active_faults", 1);
                assertThat(side.metric("envoy_http_fault_delays_injected")).isEqualTo(before + 1);
            }
            side.awaitMetric("envoy_http_fault_active_faults", 0);
        }
    }
}
