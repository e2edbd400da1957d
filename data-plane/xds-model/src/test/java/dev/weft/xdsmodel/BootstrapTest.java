package dev.weft.xdsmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Address;
import dev.weft.base.Diagnostic;
import dev.weft.base.Locality;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BootstrapTest {
    @Test
    void readsEnvoysBootstrap() {
        Bootstrap bootstrap = BootstrapParser.parse(FieldTableTest.everyField(new Reading(Reading.Mode.STATIC)));
        assertThat(bootstrap.admin().address()).isEqualTo(new Address("127.0.0.1", 15000));
        assertThat(bootstrap.admin().accessLogs()).hasSize(2);
        assertThat(bootstrap.node().cluster()).isEqualTo("orders.shop");
        assertThat(bootstrap.node().locality()).isEqualTo(new Locality("eu", "eu-1", "rack-1"));
        assertThat(bootstrap.node().metadata().toString())
                .isEqualTo("{NAME=orders, PORTS=[8080.0, x], LABELS={v=1}, FLAG=true, NOTHING=null}");
        assertThat(bootstrap.ads())
                .isEqualTo(new Bootstrap.Ads(
                        true, "xds", "control.example.com", Map.of("authorization", "x"), true, true));
        assertThat(bootstrap.staticResources().listeners()).containsOnlyKeys("http", "more");
        assertThat(bootstrap.staticResources().secrets()).containsOnlyKeys("own", "roots");
        assertThat(bootstrap.staticResources().clusters()).containsKeys("static", "dns", "eds", "passthrough", "xds");
    }

    /** A minimal configuration: every field that may be absent is. */
    @Test
    void absentFieldsMeanWhatEnvoyMeans() {
        Bootstrap bootstrap = WireReaderTest.ok(XdsReader.bootstrap(Samples.text("minimal.json")));
        Listener expected = Listener.of(
                "in",
                new Address("127.0.0.1", 8080),
                FilterChain.of(HttpConnectionManager.of(
                        "in",
                        new RouteSource.Inline(RouteConfiguration.of(
                                "",
                                VirtualHost.of(
                                        "all",
                                        List.of("*"),
                                        Route.of(RouteMatch.prefix("/"), RouteAction.Forward.to("app"))))))));
        HttpConnectionManager http = (HttpConnectionManager) bootstrap
                .staticResources()
                .listeners()
                .get("in")
                .filterChains()
                .get(0)
                .filters()
                .get(0);
        assertThat(bootstrap.staticResources().listeners().get("in")).isEqualTo(expected);
        assertThat(http.timeouts().streamIdleTimeout()).isEqualTo(Duration.ofMinutes(5));
        assertThat(http.requestIds().generate()).isTrue();
        assertThat(bootstrap.staticResources().clusters().get("app"))
                .isEqualTo(Cluster.ofStatic("app", LbEndpoint.of("127.0.0.1", 9000)));
        assertThat(bootstrap.node()).isEqualTo(Node.NONE);
        assertThat(bootstrap.admin()).isNull();
        assertThat(bootstrap.ads()).isNull();
    }

    @Test
    void everythingWrongIsToldAtOnceByItsPath() {
        List<Diagnostic> problems = rejected(Samples.text("wrong.json"));
        assertThat(problems)
                .extracting(d -> d.code() + " " + d.path())
                .containsExactlyInAnyOrder(
                        "unknown-field static_resources.listeners[0].adress",
                        "required static_resources.listeners[0].address",
                        "wrong-type static_resources.listeners[0].bind_to_port",
                        "unsupported-extension static_resources.listeners[0].filter_chains[0].filters[0].typed_config"
                                + ".http_filters[0].typed_config",
                        "required static_resources.listeners[0].filter_chains[0].filters[0].typed_config.http_filters",
                        "unsupported-field static_resources.listeners[0].filter_chains[0].filters[0].typed_config"
                                + ".route_config.virtual_hosts[0].routes[0].route.hedge_policy",
                        "required static_resources.listeners[0].filter_chains[0].filters[0].typed_config"
                                + ".route_config.virtual_hosts[0].domains",
                        "unsupported-field static_resources.listeners[0].filter_chains[0].filters[0].typed_config"
                                + ".tracing",
                        "out-of-range static_resources.clusters[0].connect_timeout",
                        "wrong-type static_resources.clusters[0].lb_policy",
                        "unsupported-field static_resources.clusters[0].outlier_detection",
                        "invalid-value static_resources.clusters[0].load_assignment.endpoints[0].lb_endpoints[0].endpoint"
                                + ".address.socket_address.address",
                        "out-of-range static_resources.clusters[0].load_assignment.endpoints[0].lb_endpoints[1].endpoint"
                                + ".address.socket_address.port_value",
                        "unknown-cluster static_resources.listeners[0].filter_chains[0].filters[0].typed_config"
                                + ".route_config.virtual_hosts[0].routes[0].route",
                        "unsupported-field layered_runtime",
                        "unsupported-field stats_config");
        assertThat(problems).allMatch(Diagnostic::isError);
    }

    @Test
    void whatIsNotJsonSaysWhereItStopsToBe() {
        Diagnostic problem =
                rejected("{\n  \"node\": {\n    \"id\": nonsense\n").get(0);
        assertThat(problem.code()).isEqualTo("not-json");
        assertThat(problem.problem()).contains("line 3, column 11");
        assertThat(rejected("[]").get(0).problem()).contains("JSON object");
        assertThat(rejected("admin:\n  address: x\n").get(0).hint()).contains("not YAML");
        assertThat(rejected("").get(0).code()).isEqualTo("not-json");
    }

    /** Its value, for want of a better one, would break the rules of the field, too. */
    @Test
    void aDurationThatIsNoneIsOneProblem() {
        List<Diagnostic> problems = rejected("{\"static_resources\": {\"clusters\": [{\"name\": \"c\","
                + " \"type\": \"STATIC\", \"connect_timeout\": \"soon\"}]}}");
        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo("static_resources.clusters[0].connect_timeout");
            assertThat(problem.problem()).isEqualTo("must be a duration such as \"1.5s\", not \"soon\"");
        });
    }

    @Test
    void twoNamesForOneFieldAndTwoOfAOneofAreRefused() {
        assertThat(rejected("{\"static_resources\": {}, \"staticResources\": {}}")
                        .toString())
                .contains("duplicate-field");
        assertThat(rejected("{\"static_resources\": {\"secrets\": [{\"name\": \"s\", \"tls_certificate\": "
                                + "{\"certificate_chain\": {\"filename\": \"a\", \"inline_string\": \"b\"}, "
                                + "\"private_key\": {\"filename\": \"k\"}}}]}}")
                        .toString())
                .contains("certificate_chain.inline_string: not together with filename");
    }

    @Test
    void camelCaseAndNumbersForEnumsAreJsonToo() {
        Parsed<Cluster> camel = XdsReader.clusterJson(
                "{\"name\": \"c\", \"lbPolicy\": 3, \"connectTimeout\": \"0.250s\", \"respectDnsTtl\": true}");
        assertThat(camel)
                .isEqualTo(XdsReader.clusterJson("{\"name\": \"c\", \"lb_policy\": \"RANDOM\", "
                        + "\"connect_timeout\": \"0.25s\", \"respect_dns_ttl\": true}"));
        assertThat(WireReaderTest.ok(camel).loadBalancing().policy()).isEqualTo(new LbPolicy.Random());
    }

    @Test
    void aRouteSaysWhichUpgradesItAllowsAndWhetherConnectEndsHere() {
        RouteAction.Forward route = (RouteAction.Forward) WireReaderTest.ok(routes("""
                [{"upgrade_type": "WebSocket", "enabled": false}, {"upgrade_type": "CONNECT", "connect_config": {}}]"""))
                .virtualHosts()
                .get(0)
                .routes()
                .get(0)
                .action();
        assertThat(route.upgradeConfigs()).isEqualTo(Map.of("websocket", false, "connect", true));
        assertThat(route.terminatesConnect()).isTrue();
    }

    /** The last two are Envoy's rules. */
    @Test
    void whatATunnelCannotDoIsRefused() {
        assertThat(upgradeProblems("""
                        [{"upgrade_type": "CONNECT", "connect_config": {"proxy_protocol_config": {"version": "V2"},
                          "allow_post": true}},
                         {"upgrade_type": "connect"},
                         {"upgrade_type": "websocket", "connect_config": {}}]"""))
                .containsExactlyInAnyOrder(
                        "unsupported-field [0].connect_config.proxy_protocol_config",
                        "unsupported-field [0].connect_config.allow_post",
                        "duplicate [1].upgrade_type",
                        "invalid-value [2].connect_config");
    }

    private static List<String> upgradeProblems(String upgrades) {
        String above = "virtual_hosts[0].routes[0].route.upgrade_configs";
        return ((Parsed.Rejected<RouteConfiguration>) routes(upgrades))
                .diagnostics().stream()
                        .map(d -> d.code() + " " + d.path().replace(above, ""))
                        .toList();
    }

    private static Parsed<RouteConfiguration> routes(String upgrades) {
        return XdsReader.routeConfigurationJson("""
                {"name": "r", "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [
                  {"match": {"connect_matcher": {}}, "route": {"cluster": "c", "upgrade_configs": %s}}]}]}
                """.formatted(upgrades));
    }

    @Test
    void anEmptyBootstrapIsABootstrap() {
        Bootstrap bootstrap = WireReaderTest.ok(XdsReader.bootstrap("{}"));
        assertThat(bootstrap.staticResources().listeners()).isEmpty();
    }

    static List<Diagnostic> rejected(String json) {
        Parsed<Bootstrap> parsed = XdsReader.bootstrap(json);
        assertThat(parsed).isInstanceOf(Parsed.Rejected.class);
        return ((Parsed.Rejected<Bootstrap>) parsed).diagnostics();
    }
}
