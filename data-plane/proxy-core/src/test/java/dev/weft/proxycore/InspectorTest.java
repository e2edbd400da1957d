package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.XdsReader;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InspectorTest {
    private static final int SILENT_UNTIL_SHORTEST = 6;

    /** HTTP is answered here, everything else by a server that speaks first. */
    private static TestProxy proxy(Backend greeter) {
        TestProxy proxy = TestProxy.tcp(greeter.port());
        Parsed<Listener> inspected = XdsReader.listenerJson("""
                {"name": "inspected", "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
                 "listener_filters": [{"name": "http", "typed_config": {
                   "@type": "type.googleapis.com/envoy.extensions.filters.listener.http_inspector.v3.HttpInspector"}}],
                 "listener_filters_timeout": "0.4s", "continue_on_listener_filters_timeout": true,
                 "filter_chains": [{"filter_chain_match": {"application_protocols": ["http/1.1"]},
                   "filters": [{"name": "http", "typed_config": {
                     "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                     "stat_prefix": "http", "route_config": {"name": "r", "virtual_hosts": [{"name": "v", "domains": ["*"],
                       "routes": [{"match": {"prefix": "/"}, "direct_response": {"status": 204}}]}]},
                     "http_filters": [{"name": "router", "typed_config": {
                       "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}]}],
                 "default_filter_chain": {"filters": [{"name": "tcp", "typed_config": {
                   "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                   "stat_prefix": "tcp", "cluster": "backend"}}]}}
                """);
        proxy.listeners.put("inspected", ((Parsed.Ok<Listener>) inspected).value());
        return proxy.apply();
    }

    @Test
    void whoHasBegunToSpeakHasTheWholeDeadline() throws IOException {
        try (Backend greeter = new Backend(c -> c.write("hello"));
                TestProxy proxy = proxy(greeter)) {
            for (int i = 0; i < SILENT_UNTIL_SHORTEST; i++) {
                greeted(proxy);
            }
            try (Client slow = proxy.client("inspected")) {
                slow.send("GET / HTT");
                greeted(proxy); // came later and has waited for the shortest deadline
                slow.send("P/1.1\r\nHost: t\r\n\r\n");
                assertThat(slow.head()).startsWith("HTTP/1.1 204");
            }
        }
    }

    private static void greeted(TestProxy proxy) throws IOException {
        try (Client client = proxy.client("inspected")) {
            assertThat(client.rest()).isEqualTo("hello");
        }
    }
}
