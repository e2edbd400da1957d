package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.HttpProtocolOptions;
import dev.weft.xdsmodel.HttpProtocolOptions.HeadersWithUnderscoresAction;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client may not say, and what it may only wish for. */
@Timeout(30)
class EngineForeignHeadersTest {
    private static TestProxy proxy(HeadersWithUnderscoresAction underscores, int port) {
        HttpConnectionManager m = TestProxy.manager(TestProxy.forward("backend"));
        HttpProtocolOptions c = m.commonHttp();
        HttpProtocolOptions common = new HttpProtocolOptions(
                c.idleTimeout(),
                c.maxConnectionDuration(),
                c.maxHeadersCount(),
                c.maxStreamDuration(),
                underscores,
                c.maxRequestsPerConnection());
        TestProxy proxy = new TestProxy();
        proxy.cluster("backend", port);
        proxy.listener("http", FilterChain.of(TestProxy.edge(m, m.forwarding(), m.paths(), common)));
        return proxy.apply();
    }

    private static String underscored(HeadersWithUnderscoresAction action) throws IOException {
        try (Backend backend = Backend.answering("x");
                TestProxy proxy = proxy(action, backend.port());
                Client client = proxy.client()) {
            String response = client.send("GET / HTTP/1.1\r\nHost: a\r\nX_Y: 1\r\nX-Z: 2\r\n\r\n")
                    .response();
            return response.substring(0, response.indexOf("\r\n"))
                    + (backend.requests.isEmpty() ? "" : backend.requests.get(0))
                    + proxy.metrics();
        }
    }

    @Test
    void namesWithUnderscoresAreTreatedAsAsked() throws IOException {
        assertThat(underscored(HeadersWithUnderscoresAction.ALLOW)).contains("200 OK", "X_Y: 1\r\n", "X-Z: 2\r\n");
        assertThat(underscored(HeadersWithUnderscoresAction.DROP_HEADER))
                .contains("200 OK", "X-Z: 2\r\n")
                .doesNotContain("X_Y");
        assertThat(underscored(HeadersWithUnderscoresAction.REJECT_REQUEST))
                .startsWith("HTTP/1.1 400 ")
                .contains("envoy_http_requests_rejected_with_underscores_in_headers"
                        + "{envoy_http_conn_manager_prefix=\"test\"} 1");
    }

    @Test
    void headersThatTellARouterWhatToDoAreTakenOut() throws IOException {
        try (Backend backend = Backend.answering("x");
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Envoy-Retry-On: 5xx\r\nx-envoy-max-retries: 9\r\n"
                            + "x-envoy-internal: true\r\nx-envoy-upstream-rq-timeout-ms: 1\r\nX-Weft-Peer: me\r\n"
                            + "x-weft-other: 1\r\nX-Forwarded-Client-Cert: By=x\r\nx-envoy-attempt-count: 1\r\n\r\n")
                    .response();
            assertThat(backend.requests.get(0))
                    .contains("x-envoy-attempt-count: 1\r\n")
                    .doesNotContainIgnoringCase("retry-on")
                    .doesNotContainIgnoringCase("max-retries")
                    .doesNotContainIgnoringCase("x-envoy-internal")
                    .doesNotContainIgnoringCase("rq-timeout-ms: 1\r\n")
                    .doesNotContainIgnoringCase("x-weft-")
                    .doesNotContainIgnoringCase("client-cert");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2c", "TLS/1.2", "TLS/1.0, HTTP/1.1", "foo"})
    void anotherProtocolIsOnlyAWish(String protocol) throws IOException {
        try (Backend backend = Backend.answering("x");
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: " + protocol + "\r\n\r\n");
            assertThat(client.response()).startsWith("HTTP/1.1 200");
            assertThat(backend.requests.get(0)).doesNotContainIgnoringCase("upgrade");
            assertThat(client.get("/again")).as("the connection goes on").startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aTunnelThatNobodyOffersIsRefused() throws IOException {
        try (Backend backend = Backend.answering("x");
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            client.send("CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n");
            assertThat(client.response()).startsWith("HTTP/1.1 403");
            assertThat(backend.requests).isEmpty();
        }
    }
}
