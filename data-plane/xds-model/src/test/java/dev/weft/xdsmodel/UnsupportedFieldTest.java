package dev.weft.xdsmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import dev.weft.base.Json;
import dev.weft.xdsschema.Schema;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Decision 2: semantic fields are refused, advisory ones accepted and told over xDS. */
class UnsupportedFieldTest {
    private static final String ADVISORY = "{\"name\": \"c\", \"outlier_detection\": {\"consecutive_5xx\": 3}}";

    @Test
    void anAdvisoryFieldIsAcceptedOverXdsAndTold() {
        Parsed.Ok<Cluster> parsed = (Parsed.Ok<Cluster>) XdsReader.clusterJson(ADVISORY);
        assertThat(parsed.warnings()).extracting(Diagnostic::path).containsExactly("outlier_detection");
        assertThat(parsed.warnings()).noneMatch(Diagnostic::isError);
    }

    @Test
    void theSameFieldIsRefusedInAStaticBootstrap() {
        assertThat(BootstrapTest.rejected("{\"static_resources\": {\"clusters\": [" + ADVISORY + "]}}"))
                .extracting(Diagnostic::path)
                .containsExactly("static_resources.clusters[0].outlier_detection");
    }

    @Test
    void aSemanticFieldIsRefusedOverXdsToo() {
        Parsed<Cluster> parsed = XdsReader.clusterJson(
                "{\"name\": \"c\", \"health_checks\": [{\"timeout\": \"1s\", \"interval\": \"1s\","
                        + "\"unhealthy_threshold\": 1, \"healthy_threshold\": 1, \"tcp_health_check\": {"
                        + "\"proxy_protocol_config\": {\"version\": \"V2\"}}}]}");
        assertThat(((Parsed.Rejected<Cluster>) parsed).diagnostics())
                .extracting(Diagnostic::path)
                .containsExactly("health_checks[0].tcp_health_check.proxy_protocol_config");
    }

    @Test
    void aFieldAtItsDefaultIsNoField() {
        assertThat(XdsReader.clusterJson("{\"name\": \"c\", \"close_connections_on_host_health_failure\": false}"))
                .isEqualTo(XdsReader.clusterJson("{\"name\": \"c\"}"));
    }

    @Test
    void anOptionalHttpFilterIsLeftOut() {
        Parsed.Ok<Listener> parsed = (Parsed.Ok<Listener>) XdsReader.listenerJson(listener("\"is_optional\": true"));
        assertThat(parsed.warnings()).hasSize(1);
        HttpConnectionManager http = (HttpConnectionManager)
                parsed.value().filterChains().get(0).filters().get(0);
        assertThat(http.httpFilters()).hasSize(1);
    }

    @Test
    void anotherHttpFilterIsRefused() {
        Parsed.Rejected<Listener> parsed =
                (Parsed.Rejected<Listener>) XdsReader.listenerJson(listener("\"is_optional\": false"));
        assertThat(parsed.diagnostics())
                .extracting(Diagnostic::problem)
                .containsExactly("envoy.extensions.filters.http.lua.v3.Lua is not supported");
    }

    @Test
    void secretsAreRedactedInAConfigDump() {
        Reading reading = new Reading(Reading.Mode.DYNAMIC);
        Object json = Json.parse("{\"name\": \"s\", \"tls_certificate\": {\"certificate_chain\": {\"inline_string\": "
                + "\"CHAIN\"}, \"private_key\": {\"inline_bytes\": \"S0VZ\"}}}");
        String secret = ResourceType.SECRET.messageName();
        byte[] wire = WireWriter.write(JsonReader.read(reading, Schema.shared().require(secret), json, ""));
        assertThat(Json.write(WireReaderTest.ok(MessageView.parse(secret, wire)).toJson()))
                .isEqualTo("{\"name\":\"s\",\"tls_certificate\":{\"certificate_chain\":{\"inline_string\":\"CHAIN\"},"
                        + "\"private_key\":{\"inline_bytes\":\"W3JlZGFjdGVkXQ==\"}}}");
    }

    @Test
    void aTypedStructStandsForTheMessageItNames() {
        Parsed<Listener> typed = XdsReader.listenerJson(listener("\"is_optional\": true")
                .replace(
                        "\"@type\": \"type.googleapis.com/envoy.extensions.filters.http.router.v3.Router\"",
                        "\"@type\": \"type.googleapis.com/udpa.type.v1.TypedStruct\", \"type_url\": "
                                + "\"type.googleapis.com/envoy.extensions.filters.http.router.v3.Router\", "
                                + "\"value\": {\"suppress_envoy_headers\": true}"));
        HttpConnectionManager http = (HttpConnectionManager)
                WireReaderTest.ok(typed).filterChains().get(0).filters().get(0);
        assertThat(http.httpFilters())
                .containsExactly(new HttpFilterEntry("router", false, new HttpFilterConfig.Router(true)));
    }

    /** They are put in literally, so an operator would go out as it stands. */
    @Test
    void anOperatorInAHeadersValueIsRefused() {
        assertThat(problems("%DOWNSTREAM_REMOTE_ADDRESS%")).hasSize(1);
        assertThat(problems("a %REQ(x)% b")).hasSize(1);
        assertThat(problems("100%")).hasSize(1);
        assertThat(problems("100%% %%REQ(x)%%")).isEmpty();
        assertThat(problems("%%%")).hasSize(1);
    }

    private static List<Diagnostic> problems(String value) {
        Parsed<RouteConfiguration> parsed = XdsReader.routeConfigurationJson(
                "{\"name\": \"r\", \"virtual_hosts\": [{\"name\": \"v\", \"domains\": [\"*\"],"
                        + " \"request_headers_to_add\": [{\"header\": {\"key\": \"x\", \"value\": \"" + value
                        + "\"}}]}]}");
        List<Diagnostic> problems =
                parsed instanceof Parsed.Rejected<RouteConfiguration> rejected ? rejected.diagnostics() : List.of();
        assertThat(problems)
                .extracting(Diagnostic::path)
                .allMatch("virtual_hosts[0].request_headers_to_add[0].header.value"::equals);
        return problems;
    }

    private static String listener(String optional) {
        return """
            {"name": "l", "address": {"socket_address": {"address": "0.0.0.0", "port_value": 80}},
             "filter_chains": [{"filters": [{"name": "hcm", "typed_config": {
               "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
               "stat_prefix": "x", "rds": {"route_config_name": "80", "config_source": {"ads": {}}},
               "http_filters": [
                 {"name": "lua", OPTIONAL, "typed_config": {
                   "@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua", "inline_code": "x"}},
                 {"name": "router", "typed_config": {
                   "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}]}]}
            """.replace("OPTIONAL", optional);
    }
}
