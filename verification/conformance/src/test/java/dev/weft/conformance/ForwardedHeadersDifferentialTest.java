package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.Await;
import dev.weft.testkit.FreePorts;
import dev.weft.testkit.Peers;
import dev.weft.testkit.PlainHttpConnection;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A real Envoy and Weft, started from the same bootstrap, make the same of who a request's client is said to be: what the
 * upstream is told, what comes back, and what the log says.
 */
class ForwardedHeadersDifferentialTest {
    private static final String EDGE = "\"use_remote_address\": true";
    private static final String ONE = ", \"xff_num_trusted_hops\": 1";
    private static final String TWO = ", \"xff_num_trusted_hops\": 2";
    private static final String SKIP = ", \"skip_xff_append\": true";
    private static final String PRIVATE = "\"internal_address_config\": {}";
    private static final String RANGES = "\"internal_address_config\": {\"cidr_ranges\": ["
            + "{\"address_prefix\": \"127.0.0.0\", \"prefix_len\": 8}, {\"address_prefix\": \"2001:db8::\", \"prefix_len\": 32}]}";

    /** Ways to treat what a client says of itself, each a listener. */
    enum Way {
        DEFAULT(""),
        INNER("\"use_remote_address\": false"),
        INNER_ONE("\"use_remote_address\": false" + ONE),
        INNER_TWO("\"use_remote_address\": false" + TWO),
        INNER_SKIP("\"use_remote_address\": false" + SKIP),
        INNER_VIA("\"via\": \"1.1 here\""),
        EDGE_ZERO(EDGE),
        EDGE_ONE(EDGE + ONE),
        EDGE_TWO(EDGE + TWO),
        EDGE_SKIP(EDGE + SKIP),
        EDGE_ONE_SKIP(EDGE + ONE + SKIP),
        EDGE_TWO_SKIP(EDGE + TWO + SKIP),
        EDGE_VIA(EDGE + ", \"via\": \"here\""),
        INTERNAL(PRIVATE),
        INTERNAL_ONE(PRIVATE + ONE),
        INTERNAL_RANGES(RANGES),
        INTERNAL_EDGE(PRIVATE + ", " + EDGE),
        INTERNAL_EDGE_ONE(PRIVATE + ", " + EDGE + ONE),
        INTERNAL_EDGE_RANGES(RANGES + ", " + EDGE),
        PORT("\"append_x_forwarded_port\": true"),
        PORT_EDGE("\"append_x_forwarded_port\": true, " + EDGE),
        PORT_EDGE_ONE("\"append_x_forwarded_port\": true, " + EDGE + ONE),
        ID_KEPT("\"preserve_external_request_id\": true, " + EDGE),
        ID_KEPT_UNMARKED("\"preserve_external_request_id\": true, " + EDGE + ", \"request_id_extension\": {"
                + "\"typed_config\": {\"@type\": \"type.googleapis.com/envoy.extensions.request_id.uuid.v3."
                + "UuidRequestIdConfig\", \"pack_trace_reason\": false}}"),
        ID_ANSWERED("\"always_set_request_id_in_response\": true"),
        ID_ANSWERED_EDGE("\"always_set_request_id_in_response\": true, " + EDGE),
        ID_NOT_MADE("\"generate_request_id\": false, \"always_set_request_id_in_response\": true, " + EDGE),
        SIX(EDGE, "::1", "::1"),
        BOTH(EDGE, "::", "127.0.0.9", "127.0.0.1", "::1");

        private final String fields;
        private final String address;
        private final List<String> clients;

        Way(String fields) {
            this(fields, "127.0.0.1", "127.0.0.9", "127.0.0.1");
        }

        /** @param clients addresses of this machine from which it is called */
        Way(String fields, String address, String... clients) {
            this.fields = fields;
            this.address = address;
            this.clients = List.of(clients);
        }

        int port(Map<Way, Integer> ports) {
            return ports.get(this);
        }
    }

    /** What may stand in x-forwarded-for; a line break stands for one between two lines of it. */
    private static final List<String> FORWARDED_FOR = List.of(
            "1.1.1.1",
            "1.1.1.1, 2.2.2.2",
            "1.1.1.1,2.2.2.2,3.3.3.3",
            " 1.1.1.1 ,\t10.0.0.1\t",
            "10.0.0.7",
            "10.0.0.7, 10.0.0.8",
            "172.16.0.1",
            "172.32.0.1",
            "192.168.1.1",
            "127.0.0.1",
            "127.0.0.5",
            "fd00::1",
            "fc00::1",
            "2001:DB8:0:0:0:0:0:1",
            "::1",
            "::",
            "::ffff:10.0.0.1",
            "::10.0.0.1",
            "64:ff9b::1.2.3.4",
            "1:0:0:2:0:0:0:3",
            "1.1.1.1, unknown",
            "unknown, 2.2.2.2",
            "garbage",
            "",
            ",",
            "1.1.1.1,",
            "1.1.1.1, ",
            ",1.1.1.1",
            "1.1.1.1,,2.2.2.2",
            "1.1.1.1:80",
            "2001:db8::1:80",
            "[2001:db8::1]",
            "[2001:db8::1]:80",
            "01.1.1.1",
            "1.1.1",
            "1.1.1.1.",
            "0x1.1.1.1",
            "1.1.1.256",
            "16843009",
            "\"1.1.1.1\"",
            "for=1.1.1.1",
            "1.1.1.1;2.2.2.2",
            "1.1.1.1 2.2.2.2",
            "12345::",
            "1::2::3",
            "1.1.1.1\n2.2.2.2",
            "1.1.1.1, 2.2.2.2\n3.3.3.3",
            "\n1.1.1.1",
            "1.1.1.1\n",
            "1.1.1.1\n\n2.2.2.2",
            "1.1.1.1,\n2.2.2.2",
            "10.0.0.1\n",
            "9.9.9.9, ".repeat(60) + "10.0.0.1");

    /** Other fields; those of a list whose name is the same stand in for each other in what is made at random. */
    private static final List<List<String>> OTHERS = List.of(
            List.of(
                    "x-forwarded-proto: https",
                    "x-forwarded-proto: HTTPS",
                    "x-forwarded-proto: ftp",
                    "X-Forwarded-Proto: https\r\nx-forwarded-proto: http"),
            List.of("x-forwarded-port: 1234", "x-forwarded-port:", "x-forwarded-port: 1\r\nx-forwarded-port: 2"),
            List.of("x-forwarded-host: other.test"),
            List.of("forwarded: for=1.2.3.4"),
            List.of("x-real-ip: 1.2.3.4"),
            List.of(
                    "x-request-id: mine",
                    "x-request-id: 11111111-2222-4333-8444-555555555555",
                    "x-request-id: 11111111-2222-9333-8444-555555555555",
                    "x-request-id: 11111111-2222-a333-8444-555555555555",
                    "x-request-id: 11111111-2222-b333-8444-555555555555",
                    "x-request-id: thirty-six characters that are no id",
                    "x-request-id:"),
            List.of("x-envoy-internal: true"),
            List.of("X-Envoy-External-Address: 6.6.6.6", "x-envoy-external-address: 1\r\nx-envoy-external-address: 2"),
            List.of("x-envoy-decorator-operation: op"),
            List.of("x-envoy-downstream-service-cluster: c"),
            List.of("x-envoy-downstream-service-node: n"),
            List.of("x-envoy-ip-tags: t"),
            List.of("x-envoy-original-url: u"),
            List.of("x-envoy-original-path: /p\r\nx-envoy-original-host: h"),
            List.of("x-envoy-expected-rq-timeout-ms: 5"),
            List.of("x-envoy-retry-on: 5xx\r\nx-envoy-retry-grpc-on: cancelled\r\nx-envoy-max-retries: 2"),
            List.of("x-envoy-retriable-status-codes: 503\r\nx-envoy-retriable-header-names: x"),
            List.of("x-envoy-upstream-alt-stat-name: s", "x-envoy-upstream-rq-timeout-alt-response: 1"),
            List.of("x-envoy-hedge-on-per-try-timeout: true"),
            List.of("x-envoy-upstream-stream-duration-ms: 9000"),
            List.of("x-envoy-force-trace: 1"),
            List.of("x-envoy-attempt-count: 3"),
            List.of("via: 1.0 fred", "via: 1.0 fred, 1.1 other\r\nVia: 2 third", "via:"));

    private static final List<String> PATHS = List.of("/headers", "/headers", "/headers", "/direct", "/redirect");
    private static final List<String> HOSTS = List.of("a.test", "a.test", "a.test", "tls.test", "outside.test");
    private static final List<String> IGNORED = List.of("date", "x-envoy-upstream-service-time", "content-length");
    private static final Pattern MADE_ID = Pattern.compile("\\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\b");
    private static final Deque<AutoCloseable> TO_CLOSE = new ArrayDeque<>();
    private static final Map<Way, Integer> ENVOY = new EnumMap<>(Way.class);
    private static final Map<Way, Integer> WEFT = new EnumMap<>(Way.class);

    @TempDir
    static Path folder;

    /** A request from an address of this machine. */
    private record Call(String from, String host, String path, String headers) {
        Call(String from, String headers) {
            this(from, "a.test", "/headers", headers);
        }

        /** @param query by which its line in the log is found */
        String text(String query) {
            return "GET " + path + query + " HTTP/1.1\r\nHost: " + host + "\r\n" + headers + "\r\n";
        }
    }

    @BeforeAll
    static void startBoth() throws IOException {
        Deque<Integer> ports = FreePorts.next(2 * Way.values().length);
        for (Way way : Way.values()) {
            ENVOY.put(way, ports.pop());
            WEFT.put(way, ports.pop());
        }
        HeadBackend backend = HeadBackend.start();
        TO_CLOSE.push(backend);
        RunningProcess envoy = RunningProcess.start(
                "envoy",
                Peers.require("envoy"),
                "-c",
                bootstrap("envoy", ENVOY, backend.port()).toString(),
                "--disable-hot-restart",
                "--file-flush-interval-msec",
                "50",
                "--log-level",
                "error");
        TO_CLOSE.push(envoy);
        RunningProcess weft = WeftProcess.proxy(bootstrap("weft", WEFT, backend.port()));
        TO_CLOSE.push(weft);
        RunningProcess unused = envoy.awaitPort("127.0.0.1", Way.BOTH.port(ENVOY), Duration.ofSeconds(20));
        unused = weft.awaitPort("127.0.0.1", Way.BOTH.port(WEFT), Duration.ofSeconds(20));
    }

    @AfterAll
    static void stopBoth() throws Exception {
        while (!TO_CLOSE.isEmpty()) {
            TO_CLOSE.pop().close();
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void everyClientIsUnderstoodAlike(Way way) throws IOException {
        List<Call> calls = new ArrayList<>();
        for (String from : way.clients) {
            calls.add(new Call(from, ""));
            FORWARDED_FOR.forEach(value -> calls.add(new Call(from, forwardedFor(value))));
            OTHERS.forEach(all -> all.forEach(line -> calls.add(new Call(from, line + "\r\n"))));
        }
        SplittableRandom random = new SplittableRandom(way.ordinal());
        for (int i = 0; i < 150; i++) {
            calls.add(random(random, way));
        }
        List<String> envoy = answers("envoy", way, ENVOY.get(way), calls);
        List<String> weft = answers("weft", way, WEFT.get(way), calls);
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            if (!weft.get(i).equals(envoy.get(i))) {
                differences.add(calls.get(i) + "\n--- envoy\n" + envoy.get(i) + "\n--- weft\n" + weft.get(i) + "\n");
            }
        }
        assertThat(differences).isEmpty();
    }

    /** docs/differences-from-envoy.md: what an internal client asks of a router is not heard. */
    @Test
    void anInternalClientsTimeoutIsNotHeard() throws IOException {
        Call call = new Call("127.0.0.9", forwardedFor("10.0.0.1") + "x-envoy-upstream-rq-timeout-ms: 70\r\n");
        assertThat(answer(Way.INTERNAL.port(ENVOY), call))
                .contains("x-envoy-internal: true", "x-envoy-expected-rq-timeout-ms: 70");
        assertThat(answer(Way.INTERNAL.port(WEFT), call))
                .contains("x-envoy-internal: true", "x-envoy-expected-rq-timeout-ms: 15000");
    }

    /** docs/differences-from-envoy.md: an empty scheme is passed on; Envoy finds no route with it. */
    @Test
    void anEmptySchemeIsNoReasonToRefuse() throws IOException {
        Call call = new Call("127.0.0.9", "x-forwarded-proto:\r\n");
        assertThat(answer(Way.DEFAULT.port(ENVOY), call)).startsWith("HTTP/1.1 404 ");
        assertThat(answer(Way.DEFAULT.port(WEFT), call))
                .startsWith("HTTP/1.1 200 ")
                .contains("x-forwarded-proto: \n");
    }

    /** docs/differences-from-envoy.md: nobody loses what is said of the client by naming it in Connection. */
    @Test
    void aClientCannotNameItAsHopByHop() throws IOException {
        String headers = "Connection: x-forwarded-for\r\nx-forwarded-for: 1.1.1.1\r\n";
        String request = "GET /headers HTTP/1.1\r\nHost: a.test\r\n" + headers + "\r\n";
        assertThat(send(Way.EDGE_ZERO.port(ENVOY), request).status()).isEqualTo(400);
        PlainHttpConnection.Answer weft = send(Way.EDGE_ZERO.port(WEFT), request);
        assertThat(weft.status()).isEqualTo(200);
        assertThat(weft.text()).contains("x-forwarded-for: 1.1.1.1,127.0.0.9\n");
    }

    /** docs/differences-from-envoy.md: what was no request has not come through a proxy. */
    @Test
    void whatWasNoRequestIsAnsweredWithoutVia() throws IOException {
        assertThat(send(Way.EDGE_VIA.port(ENVOY), "nonsense\r\n\r\n").header("via"))
                .hasValue("here");
        assertThat(send(Way.EDGE_VIA.port(WEFT), "nonsense\r\n\r\n").header("via"))
                .isEmpty();
    }

    private static Call random(SplittableRandom random, Way way) {
        StringBuilder headers = new StringBuilder();
        if (random.nextInt(4) > 0) {
            headers.append(forwardedFor(FORWARDED_FOR.get(random.nextInt(FORWARDED_FOR.size()))));
        }
        for (List<String> same : OTHERS) {
            if (random.nextInt(4) == 0) {
                headers.append(same.get(random.nextInt(same.size()))).append("\r\n");
            }
        }
        return new Call(
                way.clients.get(random.nextInt(way.clients.size())),
                HOSTS.get(random.nextInt(HOSTS.size())),
                PATHS.get(random.nextInt(PATHS.size())),
                headers.toString());
    }

    private static String forwardedFor(String value) {
        StringBuilder lines = new StringBuilder();
        for (String line : value.split("\n", -1)) {
            lines.append(lines.isEmpty() ? "X-Forwarded-For: " : "x-forwarded-for: ")
                    .append(line)
                    .append("\r\n");
        }
        return lines.toString();
    }

    /** Each answer, with what the backend was told and the line of the log. One connection for each client. */
    private static List<String> answers(String proxy, Way way, int port, List<Call> calls) throws IOException {
        List<String> answers = new ArrayList<>();
        Map<String, PlainHttpConnection> connections = new TreeMap<>();
        for (Call call : calls) {
            PlainHttpConnection connection = connections.get(call.from());
            if (connection == null) {
                connection = connect(port, call.from());
                connections.put(call.from(), connection);
            }
            connection.send(bytes(call.text("?" + answers.size())));
            answers.add(describe(connection.read(false), call)
                    .replace("x-forwarded-port: " + port, "x-forwarded-port: OWN"));
        }
        connections.values().forEach(PlainHttpConnection::close);
        Path log = log(proxy, way);
        Await.until(
                proxy + "'s log", Duration.ofSeconds(20), () -> numbered(log).size() == calls.size());
        for (String line : numbered(log)) {
            int number = Integer.parseInt(line.substring(line.indexOf('?') + 1, line.indexOf(' ')));
            int from = connections.get(calls.get(number).from()).localPort();
            String logged = line.replaceAll("\\b" + from + "\\b", "PORT");
            answers.set(number, answers.get(number) + "log: " + logged);
        }
        return answers;
    }

    private static String answer(int port, Call call) throws IOException {
        return describe(send(port, call.text("")), call);
    }

    private static PlainHttpConnection.Answer send(int port, String request) throws IOException {
        try (PlainHttpConnection connection = connect(port, "127.0.0.9")) {
            connection.send(bytes(request));
            return connection.read(false);
        }
    }

    private static PlainHttpConnection connect(int port, String from) throws IOException {
        return new PlainHttpConnection(from, from.equals("::1") ? from : "127.0.0.1", port, 5_000);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * Both heads sorted, lines of one name joined (RFC 9110 §5.3: they mean the same, and Envoy joins them), ids that were made
     * replaced.
     */
    private static String describe(PlainHttpConnection.Answer answer, Call call) {
        List<String> told = answer.text().lines().toList();
        String all = answer.statusLine() + "\n" + fields(answer.headerLines()) + "--\n"
                + (told.isEmpty() ? "" : told.getFirst() + "\n" + fields(told.subList(1, told.size())));
        return MADE_ID.matcher(all)
                .replaceAll(id -> call.headers().contains(id.group().substring(0, 14)) ? id.group() : "an id");
    }

    private static String fields(List<String> lines) {
        Map<String, String> fields = new TreeMap<>();
        for (String line : lines) {
            int colon = line.indexOf(':');
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip();
            if (IGNORED.contains(name)) {
                continue;
            }
            fields.merge(name, value, (a, b) -> a.isEmpty() || b.isEmpty() ? a + b : a + "," + b);
        }
        StringBuilder out = new StringBuilder();
        fields.forEach(
                (name, value) -> out.append(name).append(": ").append(value).append('\n'));
        return out.toString();
    }

    private static Path log(String proxy, Way way) {
        return folder.resolve(proxy + "-" + way + ".log");
    }

    private static List<String> numbered(Path log) {
        try {
            List<String> lines = Files.exists(log) ? Files.readAllLines(log, StandardCharsets.ISO_8859_1) : List.of();
            return lines.stream().filter(line -> line.contains("?")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path bootstrap(String proxy, Map<Way, Integer> ports, int backend) throws IOException {
        StringBuilder listeners = new StringBuilder();
        for (Way way : Way.values()) {
            listeners.append(listeners.isEmpty() ? "" : ",").append("""
                    {"name": "%s",
                     "address": {"socket_address": {"address": "%s", "port_value": %d, "ipv4_compat": %b}},
                     "filter_chains": [{"filters": [{
                      "name": "envoy.filters.network.http_connection_manager",
                      "typed_config": {
                       "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                       "stat_prefix": "http",%s
                       "access_log": [{"name": "file", "typed_config": {
                        "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
                        "path": "%s",
                        "log_format": {"text_format_source": {"inline_string": "%s"}}}}],
                       "http_filters": [{
                        "name": "envoy.filters.http.router",
                        "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}],
                       "route_config": {"name": "r", "virtual_hosts": [%s, %s, %s]}}}]}]}
                    """.formatted(
                            way,
                            way.address,
                            ports.get(way),
                            way == Way.BOTH,
                            way.fields.isEmpty() ? "" : way.fields + ",",
                            log(proxy, way),
                            "%REQ(:PATH)% %DOWNSTREAM_REMOTE_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_REMOTE_PORT%"
                                    + " %DOWNSTREAM_DIRECT_REMOTE_ADDRESS%"
                                    + " %DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%" + "\\n",
                            virtualHost("*", "NONE"),
                            virtualHost("tls.test", "ALL"),
                            virtualHost("outside.test", "EXTERNAL_ONLY")));
        }
        return Files.writeString(folder.resolve(proxy + ".json"), """
                {"node": {"id": "forwarded", "cluster": "forwarded"}, "static_resources": {
                 "clusters": [{"name": "backend", "type": "STATIC", "load_assignment": {"cluster_name": "backend",
                  "endpoints": [{"lb_endpoints": [{"endpoint": {"address": {"socket_address":
                   {"address": "127.0.0.1", "port_value": %d}}}}]}]}}],
                 "listeners": [%s]}}
                """.formatted(backend, listeners));
    }

    private static String virtualHost(String domain, String requireTls) {
        return """
                {"name": "%1$s", "domains": ["%1$s"], "require_tls": "%2$s", "routes": [
                 {"match": {"prefix": "/direct"}, "direct_response": {"status": 200}},
                 {"match": {"prefix": "/redirect"}, "redirect": {"host_redirect": "b.test"}},
                 {"match": {"prefix": "/"}, "route": {"cluster": "backend"}}]}""".formatted(domain, requireTls);
    }
}
