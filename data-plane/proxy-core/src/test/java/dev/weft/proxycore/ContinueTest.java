package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.XdsReader;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Who says {@code 100 Continue}: the proxy, or with {@code proxy_100_continue} the endpoint; never both. */
class ContinueTest {
    private static final String EXPECTING =
            "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

    @Test
    void theEndpointsOwnIsNotSaidAgain() throws IOException {
        try (Backend backend = continuing();
                TestProxy proxy = proxy(false, backend);
                Client client = proxy.client()) {
            assertThat(client.send(EXPECTING).head()).isEqualTo(CONTINUE);
            assertThat(client.send("hi").response())
                    .startsWith("HTTP/1.1 200 OK")
                    .endsWith("hi");
            assertThat(client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nho")
                            .response())
                    .as("nobody asked")
                    .startsWith("HTTP/1.1 200 OK")
                    .endsWith("ho");
        }
    }

    @Test
    void theEndpointsOwnIsPassedOnWhereAsked() throws IOException {
        try (Backend backend = continuing();
                TestProxy proxy = proxy(true, backend);
                Client client = proxy.client()) {
            assertThat(client.send(EXPECTING).head()).isEqualTo(CONTINUE);
            assertThat(client.send("hi").response())
                    .startsWith("HTTP/1.1 200 OK")
                    .containsIgnoringCase("expect: 100-continue")
                    .endsWith("hi");
        }
    }

    @Test
    void whereTheEndpointIsToSayItNobodyElseDoes() throws IOException {
        try (Backend backend = new Backend(c -> {
                    String unused = c.readHead();
                    c.write("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
                });
                TestProxy proxy = proxy(true, backend);
                Client client = proxy.client()) {
            assertThat(client.send(EXPECTING).head()).startsWith("HTTP/1.1 417 ");
        }
    }

    /** Says 100 before it reads a body, and then what it was asked. */
    private static Backend continuing() {
        return new Backend(c -> {
            for (String head = c.readHead(); head != null; head = c.readHead()) {
                c.write(CONTINUE);
                String all = head + new String(c.in.readNBytes(2), java.nio.charset.StandardCharsets.ISO_8859_1);
                c.write("HTTP/1.1 200 OK\r\nContent-Length: " + all.length() + "\r\n\r\n" + all);
            }
        });
    }

    private static TestProxy proxy(boolean passes, Backend backend) {
        TestProxy proxy = new TestProxy().cluster("backend", backend.port());
        Parsed<Listener> listener = XdsReader.listenerJson("""
                {"name": "http", "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
                 "filter_chains": [{"filters": [{"name": "http", "typed_config": {
                   "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                   "stat_prefix": "test", "proxy_100_continue": %s,
                   "http_filters": [{"name": "router", "typed_config": {
                     "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}],
                   "route_config": {"name": "r", "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [
                     {"match": {"prefix": "/"}, "route": {"cluster": "backend"}}]}]}}}]}]}
                """.formatted(passes));
        proxy.listeners.put("http", ((Parsed.Ok<Listener>) listener).value());
        return proxy.apply();
    }
}
