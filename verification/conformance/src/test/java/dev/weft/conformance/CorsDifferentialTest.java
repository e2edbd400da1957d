package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.PlainHttpConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real Envoy and Weft, started from the same bootstrap, let the same origins in: hosts × origins × methods × wishes. */
@Timeout(120)
class CorsDifferentialTest {
    private static final String TYPE =
            "\"@type\": \"type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy\"";

    private static final String[] ORIGINS = {
        "", "http://a.test", "http://A.test", "http://b.test", "https://x.c.test", "null", "*"
    };
    private static final String[] METHODS = {"GET", "OPTIONS", "POST"};
    private static final String[] WISHES = {
        "",
        "access-control-request-method: PUT\r\n",
        "access-control-request-method:\r\n",
        "access-control-request-method: PUT\r\naccess-control-request-headers: x-a, x-b\r\n"
                + "access-control-request-private-network: true\r\n"
    };

    @TempDir
    static Path folder;

    private static HeadBackend backend;
    private static ProxyPair proxies;

    @BeforeAll
    static void startBoth() throws IOException {
        backend = HeadBackend.start();
        String filter = "{\"name\": \"cors\", \"typed_config\": {\"@type\":"
                + " \"type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors\"}}";
        String exact = "\"allow_origin_string_match\": [{\"exact\": \"http://a.test\"},"
                + "{\"safe_regex\": {\"regex\": \"https://.*\\\\.c\\\\.test\"}}]";
        String hosts = String.join(
                ",",
                host("none", "", ""),
                host("exact", exact, ""),
                host(
                        "any",
                        "\"allow_origin_string_match\": [{\"exact\": \"*\"}], \"allow_methods\": \"*\","
                                + "\"allow_headers\": \"*\"",
                        ""),
                host(
                        "full",
                        exact + ", \"allow_methods\": \"GET,PUT\", \"allow_headers\": \"x-a\","
                                + "\"expose_headers\": \"x-e\", \"max_age\": \"60\", \"allow_credentials\": true,"
                                + "\"allow_private_network_access\": true",
                        ""),
                host(
                        "strict",
                        exact + ", \"allow_methods\": \"GET\", \"allow_credentials\": true,"
                                + "\"forward_not_matching_preflights\": false",
                        ""),
                host("off", exact + ", \"filter_enabled\": {\"default_value\": {\"numerator\": 0}}", ""),
                host(
                        "shadow",
                        exact + ", \"filter_enabled\": {\"default_value\": {\"numerator\": 0}},"
                                + "\"shadow_enabled\": {\"default_value\": {\"numerator\": 100}}",
                        ""),
                host(
                        "layered",
                        exact + ", \"allow_methods\": \"GET\", \"expose_headers\": \"x-e\"",
                        "\"allow_methods\": \"DELETE\", \"allow_credentials\": true"));
        proxies = ProxyPair.start(
                folder, ProxyPair.bootstrap(filter, hosts, ProxyPair.cluster("backend", backend.port())));
    }

    private static String host(String name, String policy, String ofRoute) {
        return """
                {"name": "%1$s", "domains": ["%1$s"]%2$s,
                 "routes": [
                  {"match": {"prefix": "/own"}, "direct_response": {"status": 200}},
                  {"match": {"prefix": "/"}, "route": {"cluster": "backend"}%3$s}]}""".formatted(name, filters(policy), filters(ofRoute));
    }

    private static String filters(String policy) {
        return policy.isEmpty() ? "" : ", \"typed_per_filter_config\": {\"cors\": {" + TYPE + "," + policy + "}}";
    }

    @AfterAll
    static void stopBoth() throws Exception {
        proxies.close();
        backend.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "exact", "any", "full", "strict", "off", "shadow", "layered"})
    void theSameOriginsAreLetIn(String host) throws IOException {
        for (String path : new String[] {"/", "/own"}) {
            for (String origin : ORIGINS) {
                for (String method : METHODS) {
                    for (String wish : WISHES) {
                        String request = method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n"
                                + (origin.isEmpty() ? "" : "Origin: " + origin + "\r\n") + wish
                                + (method.equals("POST") ? "Content-Length: 0\r\n\r\n" : "\r\n");
                        List<String> envoy = seen(proxies.envoy.ask(request));
                        assertThat(seen(proxies.weft.ask(request))).as(request).isEqualTo(envoy);
                    }
                }
            }
        }
    }

    @Test
    void originsAreCountedUnderTheSameNames() throws IOException {
        for (ProxyPair.Side side : new ProxyPair.Side[] {proxies.envoy, proxies.weft}) {
            double valid = side.metric("envoy_http_cors_origin_valid");
            double invalid = side.metric("envoy_http_cors_origin_invalid");
            side.ask("GET / HTTP/1.1\r\nHost: shadow\r\nOrigin: http://a.test\r\n\r\n");
            side.ask("GET / HTTP/1.1\r\nHost: exact\r\nOrigin: http://b.test\r\n\r\n");
            side.awaitMetric("envoy_http_cors_origin_valid", valid + 1);
            side.awaitMetric("envoy_http_cors_origin_invalid", invalid + 1);
        }
    }

    /** Status, who answered, and what is said of other origins. */
    private static List<String> seen(PlainHttpConnection.Answer answer) {
        List<String> seen = new ArrayList<>();
        for (String line : answer.headerLines()) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("access-control-")) {
                seen.add(lower);
            }
        }
        seen.sort(null);
        seen.add(0, answer.status() + (answer.text().contains("HTTP/1.1") ? " forwarded" : " answered here"));
        return seen;
    }
}
