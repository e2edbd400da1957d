package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.http.FilterStatus;
import dev.weft.http.HttpFilter;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.Fault;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.HttpFilterConfig;
import dev.weft.xdsmodel.HttpFilterEntry;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A request that a filter answers counts as one to the Service it was for: a fault shows on its edge of the graph. */
@Timeout(30)
class AnsweredByFilterTest {
    private record Refusing() implements HttpFilter {
        @Override
        public int phases() {
            return REQUEST_HEAD;
        }

        @Override
        public FilterStatus onRequestHead(HttpStream stream, RequestHead head, boolean end) {
            stream.context().reply(503, "no", "a_test_says_no");
            return FilterStatus.PAUSE;
        }
    }

    @Test
    void theRoutesClusterIsItsDestination() throws IOException {
        HttpFilterFactory factory = new HttpFilterFactory() {
            @Override
            public void check(HttpFilterConfig config) {}

            @Override
            public HttpFilter create(
                    HttpFilterConfig config, List<HttpFilterConfig> overrides, String statPrefix, int slot) {
                return new Refusing();
            }
        };
        HttpConnectionManager manager = TestProxy.filters(
                TestProxy.manager(TestProxy.forward("backend")),
                new HttpFilterEntry("a", false, new Fault(null, null, "", List.of(), List.of(), 1)),
                HttpFilterEntry.ROUTER);
        try (TestProxy proxy = new TestProxy(factory)) {
            proxy.cluster("backend", 1);
            proxy.listener("http", FilterChain.of(manager)).apply();
            try (Client client = proxy.client()) {
                assertThat(client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").response())
                        .startsWith("HTTP/1.1 503");
            }
            assertThat(proxy.metrics().lines().filter(line -> line.startsWith("istio_requests_total{")))
                    .singleElement()
                    .asString()
                    .contains("response_code=\"503\"", "destination_service_name=\"backend\"");
        }
    }
}
