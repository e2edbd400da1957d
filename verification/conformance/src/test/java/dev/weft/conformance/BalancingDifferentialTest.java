package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.balance.XxHash64;
import dev.weft.testkit.FreePorts;
import dev.weft.testkit.Peers;
import dev.weft.testkit.PlainHttpConnection;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real Envoy and Weft, started from the same bootstrap with the same endpoints, send the same key to the same endpoint, the
 * same subset's requests to the same endpoints, and the same shares to each locality.
 */
class BalancingDifferentialTest {
    private static final int BACKENDS = 6;
    private static final int KEYS = 200;
    private static final Deque<AutoCloseable> TO_CLOSE = new ArrayDeque<>();
    private static final int ENVOY = FreePorts.next();
    private static final int WEFT = FreePorts.next();
    private static final int ENVOY_TCP = FreePorts.next();
    private static final int WEFT_TCP = FreePorts.next();
    private static final List<Integer> PORTS = new ArrayList<>();

    @TempDir
    static Path folder;

    @BeforeAll
    static void startBoth() throws IOException {
        for (int i = 0; i < BACKENDS; i++) {
            NamedBackend backend = NamedBackend.start("b" + i);
            TO_CLOSE.push(backend);
            PORTS.add(backend.port());
        }
        RunningProcess envoy = RunningProcess.start(
                "envoy",
                Peers.require("envoy"),
                "-c",
                bootstrap("envoy", ENVOY, ENVOY_TCP).toString(),
                "--disable-hot-restart",
                "--log-level",
                "error");
        TO_CLOSE.push(envoy);
        RunningProcess weft = WeftProcess.proxy(bootstrap("weft", WEFT, WEFT_TCP));
        TO_CLOSE.push(weft);
        for (int port : List.of(ENVOY, ENVOY_TCP)) {
            RunningProcess unused = envoy.awaitPort("127.0.0.1", port, Duration.ofSeconds(20));
        }
        for (int port : List.of(WEFT, WEFT_TCP)) {
            RunningProcess unused = weft.awaitPort("127.0.0.1", port, Duration.ofSeconds(20));
        }
    }

    @AfterAll
    static void stopBoth() throws Exception {
        while (!TO_CLOSE.isEmpty()) {
            TO_CLOSE.pop().close();
        }
    }

    // Keys.

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ring",
                "ring-murmur",
                "ring-weighted",
                "ring-localities",
                "ring-names",
                "ring-typed",
                "maglev",
                "maglev-weighted",
                "maglev-localities",
                "maglev-typed",
                "priorities"
            })
    void aKeyGoesToTheSameEndpoint(String cluster) throws IOException {
        List<String> requests = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            requests.add(request("/" + cluster, "x-key: key-" + i + "-" + "long".repeat(i % 12)));
        }
        assertSame(requests, 3);
    }

    @Test
    void whatIsHashedIsTheSame() throws IOException {
        List<String> requests = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            requests.add(request("/query?a=1&q=v" + i + "&q=second"));
            requests.add(request("/query?q=%41" + i));
            requests.add(request("/query?q=" + "&x=" + i));
            requests.add(request("/cookie", "cookie: other=1; session=abc" + i + "; session=no"));
            requests.add(request("/cookie", "cookie: x=1", "cookie: session=\"quoted" + i + "\""));
            requests.add(request("/cookie", "cookie:session=s" + i + " ;x"));
            requests.add(request("/both?q=" + i, "x-key: k" + i % 7));
            requests.add(request("/both?q=" + i));
            requests.add(request("/twice", "x-key: k" + i));
            requests.add(request("/terminal?q=" + i, "x-key: k" + i % 7));
            requests.add(request("/terminal?q=" + i));
            requests.add(request("/ring", "x-key: b" + i, "x-key: a" + i));
            requests.add(request("/ring", "x-key: a" + i, "x-key: b" + i));
            requests.add(request("/path/" + i));
        }
        for (String header : List.of("x-forwarded-for: 10.1.2.3", "x-forwarded-for: fd00::1", "x-y: z")) {
            requests.add(request("/ip", header));
        }
        assertSame(requests, BACKENDS);
    }

    @Test
    void theSameClientAddressGoesToTheSameEndpoint() throws IOException {
        List<String> envoy = new ArrayList<>();
        List<String> weft = new ArrayList<>();
        for (int i = 1; i <= 30; i++) {
            String client = "127.0.1." + i;
            envoy.add(from(client, ENVOY, request("/ip")));
            weft.add(from(client, WEFT, request("/ip")));
            envoy.add(from(client, ENVOY_TCP, request("/")));
            weft.add(from(client, WEFT_TCP, request("/")));
        }
        assertThat(weft).isEqualTo(envoy);
        assertThat(new TreeSet<>(weft)).hasSizeGreaterThan(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"/given | ; Max-Age=60; Path=/p; SameSite=Lax; Secure; HttpOnly", "/given-session | ; HttpOnly"})
    void aCookieIsGivenAlike(String path, String attributes) throws IOException {
        for (int port : List.of(ENVOY, WEFT)) {
            for (int i = 0; i < 10; i++) {
                String value;
                String first;
                try (PlainHttpConnection connection = new PlainHttpConnection("127.0.0.1", port, 5_000)) {
                    String addresses = "127.0.0.1:" + connection.localPort() + "127.0.0.1:" + port;
                    value = HexFormat.of().toHexDigits(XxHash64.hash(addresses.getBytes(StandardCharsets.US_ASCII)));
                    PlainHttpConnection.Answer answer = ask(connection, request(path));
                    assertThat(answer.header("set-cookie")).hasValue("session=\"" + value + "\"" + attributes);
                    first = answer.text();
                }
                try (PlainHttpConnection again = new PlainHttpConnection("127.0.0.1", port, 5_000)) {
                    PlainHttpConnection.Answer answer = ask(again, request(path, "cookie: session=\"" + value + "\""));
                    assertThat(answer.header("set-cookie")).isEmpty();
                    assertThat(answer.text()).isEqualTo(first);
                }
            }
        }
    }

    // Subsets.

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/subset-v1", "/subset-v2", "/subset-v2-canary", "/subset-none", "/subset-unknown", "/subset-keys",
                "/subset-any", "/subset-list", "/subset-number", "/subset-default", "/subset-strict", "/subset-share",
                "/subset-typed"
            })
    void aSubsetHasTheSameEndpoints(String path) throws IOException {
        TreeSet<String> envoy = new TreeSet<>(answers(ENVOY, requests(path, 60)));
        assertThat(new TreeSet<>(answers(WEFT, requests(path, 60)))).isEqualTo(envoy);
    }

    // Shares.

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/locality-weights", "/locality-unhealthy", "/locality-zero", "/zone", "/zone-spill", "/failover",
                "/failover-all", "/panic", "/panic-fails", "/degraded", "/weights", "/weights-rr"
            })
    void eachEndpointGetsTheSameShare(String path) throws IOException {
        int count = 1500;
        Map<String, Double> envoy = shares(answers(ENVOY, requests(path, count)));
        Map<String, Double> weft = shares(answers(WEFT, requests(path, count)));
        assertThat(weft.keySet()).isEqualTo(envoy.keySet());
        // Five standard deviations of the difference of two draws.
        envoy.forEach((name, share) ->
                assertThat(weft.get(name)).as(path + " " + name).isCloseTo(share, within(5 * Math.sqrt(0.5 / count))));
    }

    private static Map<String, Double> shares(List<String> answers) {
        Map<String, Double> shares = new TreeMap<>();
        answers.forEach(answer -> shares.merge(answer, 1.0 / answers.size(), Double::sum));
        return shares;
    }

    // Asking.

    private static void assertSame(List<String> requests, int atLeast) throws IOException {
        List<String> envoy = answers(ENVOY, requests);
        List<String> weft = answers(WEFT, requests);
        for (int i = 0; i < requests.size(); i++) {
            assertThat(weft.get(i)).as(requests.get(i)).isEqualTo(envoy.get(i));
        }
        assertThat(new TreeSet<>(weft)).hasSizeGreaterThanOrEqualTo(atLeast);
    }

    private static String request(String path, String... headers) {
        StringBuilder text = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: a.test\r\n");
        for (String header : headers) {
            text.append(header).append("\r\n");
        }
        return text.append("\r\n").toString();
    }

    private static List<String> requests(String path, int count) {
        List<String> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            requests.add(request(path));
        }
        return requests;
    }

    private static String from(String client, int port, String request) throws IOException {
        try (PlainHttpConnection connection = new PlainHttpConnection(client, "127.0.0.1", port, 5_000)) {
            return ask(connection, request).text();
        }
    }

    private static List<String> answers(int port, List<String> requests) throws IOException {
        List<String> answers = new ArrayList<>();
        try (PlainHttpConnection connection = new PlainHttpConnection("127.0.0.1", port, 5_000)) {
            for (String request : requests) {
                PlainHttpConnection.Answer answer = ask(connection, request);
                answers.add(answer.status() == 200 ? answer.text() : answer.status() + " " + answer.text());
            }
        }
        return answers;
    }

    private static PlainHttpConnection.Answer ask(PlainHttpConnection connection, String request) throws IOException {
        connection.send(request.getBytes(StandardCharsets.US_ASCII));
        return connection.read(false);
    }

    // The bootstrap.

    private static final String HEADER = "{\"header\": {\"header_name\": \"x-key\"}}";
    private static final String QUERY = "{\"query_parameter\": {\"name\": \"q\"}}";
    private static final String IP = "{\"connection_properties\": {\"source_ip\": true}}";
    private static final String LB = "type.googleapis.com/envoy.extensions.load_balancing_policies.";

    private static String cookie(String more) {
        return "{\"cookie\": {\"name\": \"session\"" + more + "}}";
    }

    private static String hashed(String path, String cluster, String... policies) {
        return route(path, "\"cluster\": \"" + cluster + "\", \"hash_policy\": [" + String.join(", ", policies) + "]");
    }

    private static String route(String path, String action) {
        return "{\"match\": {\"path_separated_prefix\": \"" + path + "\"}, \"route\": {" + action + "}}";
    }

    private static String subset(String path, String cluster, String labels) {
        return route(path, "\"cluster\": \"" + cluster + "\"" + match(labels));
    }

    private static String match(String labels) {
        return labels.isEmpty() ? "" : ", \"metadata_match\": {\"filter_metadata\": {\"envoy.lb\": {" + labels + "}}}";
    }

    private static String endpoint(int i, String more) {
        return "{\"endpoint\": {\"hostname\": \"host-" + i + ".test\", \"address\": {\"socket_address\": "
                + "{\"address\": \"127.0.0.1\", \"port_value\": " + PORTS.get(i) + "}}}" + more + "}";
    }

    private static String labelled(int i, String labels) {
        return endpoint(i, ", \"metadata\": {\"filter_metadata\": {\"envoy.lb\": {" + labels + "}}}");
    }

    private static String status(int i, String status) {
        return endpoint(i, ", \"health_status\": \"" + status + "\"");
    }

    private static String locality(String zone, String more, String... endpoints) {
        return "{\"locality\": {\"region\": \"r\", \"zone\": \"" + zone + "\"}, " + more + "\"lb_endpoints\": ["
                + String.join(", ", endpoints) + "]}";
    }

    private static String cluster(String name, String fields, String... localities) {
        return "{\"name\": \"" + name + "\", \"type\": \"STATIC\", \"connect_timeout\": \"1s\", " + fields
                + ", \"load_assignment\": {\"cluster_name\": \"" + name + "\", \"endpoints\": ["
                + String.join(", ", localities) + "]}}";
    }

    private static String[] plain(int from, int to) {
        String[] endpoints = new String[to - from];
        for (int i = from; i < to; i++) {
            endpoints[i - from] = endpoint(i, "");
        }
        return endpoints;
    }

    private static String[] weighted() {
        String[] endpoints = new String[BACKENDS];
        for (int i = 0; i < BACKENDS; i++) {
            endpoints[i] = endpoint(i, ", \"load_balancing_weight\": " + (1 + i % 3));
        }
        return endpoints;
    }

    private static String typed(String type, String fields) {
        return "\"load_balancing_policy\": {\"policies\": [{\"typed_extension_config\": {\"name\": \"p\", "
                + "\"typed_config\": {\"@type\": \"" + LB + type + "\"" + fields + "}}}]}";
    }

    private static List<String> hashClusters() {
        String all = locality("a", "", plain(0, BACKENDS));
        String weights = locality("a", "", weighted());
        String[] localities = {
            locality("a", "\"load_balancing_weight\": 3, ", plain(0, 2)),
            locality("b", "\"load_balancing_weight\": 1, ", plain(2, BACKENDS))
        };
        String byLocality = ", \"common_lb_config\": {\"locality_weighted_lb_config\": {}}";
        return List.of(
                cluster("ring", "\"lb_policy\": \"RING_HASH\"", all),
                cluster(
                        "ring-murmur",
                        "\"lb_policy\": \"RING_HASH\", \"ring_hash_lb_config\": "
                                + "{\"minimum_ring_size\": 100, \"hash_function\": \"MURMUR_HASH_2\"}",
                        all),
                cluster("ring-weighted", "\"lb_policy\": \"RING_HASH\"", weights),
                cluster("ring-localities", "\"lb_policy\": \"RING_HASH\"" + byLocality, localities),
                cluster(
                                "ring-names",
                                "\"lb_policy\": \"RING_HASH\", \"common_lb_config\": "
                                        + "{\"consistent_hashing_lb_config\": {\"use_hostname_for_hashing\": true}}",
                                all)
                        .replace("\"STATIC\"", "\"STRICT_DNS\""), // Envoy refuses it of others
                cluster("ring-typed", typed("ring_hash.v3.RingHash", ", \"minimum_ring_size\": 333"), all),
                cluster("maglev", "\"lb_policy\": \"MAGLEV\"", all),
                cluster(
                        "maglev-weighted",
                        "\"lb_policy\": \"MAGLEV\", \"maglev_lb_config\": {\"table_size\": 251}",
                        weights),
                cluster("maglev-localities", "\"lb_policy\": \"MAGLEV\"" + byLocality, localities),
                cluster(
                        "maglev-typed",
                        typed("maglev.v3.Maglev", ", \"table_size\": 997, \"locality_weighted_lb_config\": {}"),
                        localities),
                cluster(
                        "priorities",
                        "\"lb_policy\": \"MAGLEV\"",
                        locality("a", "\"priority\": 0, ", status(0, "HEALTHY"), status(1, "UNHEALTHY")),
                        locality("b", "\"priority\": 1, ", plain(2, BACKENDS))));
    }

    private static List<String> subsetClusters() {
        String labels = locality(
                "a",
                "",
                labelled(0, "\"version\": \"1\", \"stage\": \"prod\""),
                labelled(1, "\"version\": \"2\", \"stage\": \"prod\""),
                labelled(2, "\"version\": \"2\", \"stage\": \"canary\""),
                labelled(3, "\"tags\": [\"x\", \"y\"], \"version\": 3"));
        String selectors = "\"subset_selectors\": [{\"keys\": [\"version\"]}, {\"keys\": [\"tags\"]}, "
                + "{\"keys\": [\"stage\"], \"fallback_policy\": \"ANY_ENDPOINT\"}, {\"keys\": [\"stage\", \"version\"], "
                + "\"fallback_policy\": \"KEYS_SUBSET\", \"fallback_keys_subset\": [\"version\"]}], \"list_as_any\": true";
        String byDefault =
                "\"fallback_policy\": \"DEFAULT_SUBSET\", \"default_subset\": {\"stage\": \"prod\"}, " + selectors;
        return List.of(
                cluster("subsets", "\"lb_subset_config\": {" + byDefault + "}", labels),
                cluster("strict-subsets", "\"lb_subset_config\": {" + selectors + "}", labels),
                cluster(
                        "typed-subsets",
                        typed(
                                "subset.v3.Subset",
                                ", " + byDefault
                                        + ", \"subset_lb_policy\": {\"policies\": [{\"typed_extension_config\": "
                                        + "{\"name\": \"p\", \"typed_config\": {\"@type\": \"" + LB
                                        + "random.v3.Random\"}}}]}"),
                        labels));
    }

    private static List<String> spreadClusters() {
        String random = "\"lb_policy\": \"RANDOM\"";
        String byLocality = random + ", \"common_lb_config\": {\"locality_weighted_lb_config\": {}}";
        return List.of(
                cluster(
                        "locality-weights",
                        byLocality,
                        locality("a", "\"load_balancing_weight\": 3, ", plain(0, 2)),
                        locality("b", "\"load_balancing_weight\": 1, ", plain(2, 6))),
                cluster(
                        "locality-unhealthy",
                        byLocality,
                        locality(
                                "a",
                                "\"load_balancing_weight\": 1, ",
                                endpoint(0, ""),
                                endpoint(1, ""),
                                status(2, "UNHEALTHY")),
                        locality(
                                "b",
                                "\"load_balancing_weight\": 1, ",
                                endpoint(3, ""),
                                endpoint(4, ""),
                                endpoint(5, ""))),
                cluster(
                        "locality-zero",
                        byLocality,
                        locality("a", "\"load_balancing_weight\": 1, ", plain(0, 2)),
                        locality("b", "", plain(2, 6))),
                cluster("zone", random, locality("a", "", plain(0, 3)), locality("b", "", plain(3, 6))),
                cluster(
                        "zone-spill",
                        random + ", \"common_lb_config\": {\"zone_aware_lb_config\": {\"min_cluster_size\": 5}}",
                        locality("a", "", plain(0, 1)),
                        locality("b", "", plain(1, 3)),
                        locality("c", "", plain(3, 6))),
                cluster(
                        "failover",
                        random,
                        locality("a", "\"priority\": 0, ", status(0, "HEALTHY"), status(1, "UNHEALTHY")),
                        locality("b", "\"priority\": 1, ", plain(2, 6))),
                cluster(
                        "failover-all",
                        random,
                        locality("a", "\"priority\": 0, ", status(0, "UNHEALTHY"), status(1, "DRAINING")),
                        locality("b", "\"priority\": 1, ", plain(2, 4)),
                        locality("c", "\"priority\": 2, ", plain(4, 6))),
                cluster(
                        "panic",
                        random,
                        locality("a", "", status(0, "UNHEALTHY"), status(1, "UNHEALTHY"), status(2, "HEALTHY"))),
                cluster(
                        "panic-fails",
                        random
                                + ", \"common_lb_config\": {\"zone_aware_lb_config\": {\"fail_traffic_on_panic\": true}}",
                        locality("a", "", status(0, "UNHEALTHY"), status(1, "UNHEALTHY"), status(2, "HEALTHY"))),
                cluster(
                        "degraded",
                        random,
                        locality("a", "", status(0, "HEALTHY"), status(1, "DEGRADED"), status(2, "UNHEALTHY"))),
                cluster("weights", "\"lb_policy\": \"LEAST_REQUEST\"", locality("a", "", weighted())),
                cluster("weights-rr", "\"lb_policy\": \"ROUND_ROBIN\"", locality("a", "", weighted())),
                cluster("own", random, locality("a", "", plain(0, 2)), locality("b", "", plain(2, 4))));
    }

    private static List<String> routes() {
        List<String> routes = new ArrayList<>();
        for (String name : List.of(
                "ring",
                "ring-murmur",
                "ring-weighted",
                "ring-localities",
                "ring-names",
                "ring-typed",
                "maglev",
                "maglev-weighted",
                "maglev-localities",
                "maglev-typed",
                "priorities")) {
            routes.add(hashed("/" + name, name, HEADER));
        }
        routes.add(hashed("/query", "maglev", QUERY));
        routes.add(hashed("/cookie", "maglev", cookie("")));
        routes.add(hashed("/both", "maglev", HEADER, QUERY));
        routes.add(hashed("/twice", "maglev", HEADER, HEADER));
        routes.add(
                hashed("/terminal", "maglev", "{\"header\": {\"header_name\": \"x-key\"}, \"terminal\": true}", QUERY));
        routes.add(hashed("/path", "maglev", "{\"header\": {\"header_name\": \":path\"}}"));
        routes.add(hashed("/ip", "maglev", IP));
        routes.add(hashed(
                "/given",
                "maglev",
                cookie(
                        ", \"ttl\": \"60s\", \"path\": \"/p\", \"attributes\": [{\"name\": \"SameSite\", \"value\": \"Lax\"},"
                                + " {\"name\": \"Secure\"}]")));
        routes.add(hashed("/given-session", "maglev", cookie(", \"ttl\": \"0s\"")));
        routes.add(subset("/subset-v1", "subsets", "\"version\": \"1\""));
        routes.add(subset("/subset-v2", "subsets", "\"version\": \"2\""));
        routes.add(subset("/subset-v2-canary", "subsets", "\"version\": \"2\", \"stage\": \"canary\""));
        routes.add(subset("/subset-none", "subsets", "\"version\": \"9\""));
        routes.add(subset("/subset-unknown", "subsets", "\"color\": \"red\""));
        routes.add(subset("/subset-keys", "subsets", "\"version\": \"2\", \"stage\": \"none\""));
        routes.add(subset("/subset-any", "subsets", "\"stage\": \"none\""));
        routes.add(subset("/subset-list", "subsets", "\"tags\": \"y\""));
        routes.add(subset("/subset-number", "subsets", "\"version\": 3"));
        routes.add(subset("/subset-default", "subsets", ""));
        routes.add(subset("/subset-strict", "strict-subsets", "\"version\": \"9\""));
        routes.add(route(
                "/subset-share",
                "\"weighted_clusters\": {\"clusters\": [{\"name\": \"subsets\", \"weight\": 1"
                        + match("\"stage\": \"canary\"") + "}]}" + match("\"version\": \"2\", \"stage\": \"prod\"")));
        routes.add(subset("/subset-typed", "typed-subsets", "\"version\": \"2\""));
        for (String name : List.of(
                "locality-weights",
                "locality-unhealthy",
                "locality-zero",
                "zone",
                "zone-spill",
                "failover",
                "failover-all",
                "panic",
                "panic-fails",
                "degraded",
                "weights",
                "weights-rr")) {
            routes.add(route("/" + name, "\"cluster\": \"" + name + "\""));
        }
        return routes;
    }

    private static Path bootstrap(String name, int port, int tcpPort) throws IOException {
        List<String> clusters = new ArrayList<>(hashClusters());
        clusters.addAll(subsetClusters());
        clusters.addAll(spreadClusters());
        Path file = folder.resolve(name + ".json");
        Files.writeString(
                file, """
                {"node": {"id": "balancing", "cluster": "own", "locality": {"region": "r", "zone": "a"}},
                 "cluster_manager": {"local_cluster_name": "own"},
                 "static_resources": {
                  "listeners": [
                   {"name": "http", "address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}},
                    "filter_chains": [{"filters": [{
                     "name": "envoy.filters.network.http_connection_manager",
                     "typed_config": {
                      "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                      "stat_prefix": "http",
                      "http_filters": [{
                       "name": "envoy.filters.http.router",
                       "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}],
                      "route_config": {"name": "r", "virtual_hosts": [{"name": "v", "domains": ["*"], "routes": [
                       %s]}]}}}]}]},
                   {"name": "tcp", "address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}},
                    "filter_chains": [{"filters": [{
                     "name": "envoy.filters.network.tcp_proxy",
                     "typed_config": {
                      "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                      "stat_prefix": "tcp", "cluster": "maglev", "hash_policy": [{"source_ip": {}}]}}]}]}],
                  "clusters": [%s]}}
                """.formatted(port, String.join(",\n", routes()), tcpPort, String.join(",\n", clusters)));
        return file;
    }
}
