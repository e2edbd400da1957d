package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.Metadata;
import dev.weft.xdsmodel.RouteAction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class GrpcTest {
    private static final String CALL =
            "POST /shop.Orders/List HTTP/1.1\r\nHost: t\r\nContent-Type: application/grpc\r\nContent-Length: 0\r\n";

    private static HeaderBlock with(String name, String value) {
        HeaderBlock headers = new HeaderBlock(64);
        headers.add(Ascii.bytes(name), Ascii.bytes(value));
        return headers;
    }

    @ParameterizedTest
    @CsvSource({
        "application/grpc, true",
        "application/grpc+proto, true",
        "Application/GRPC, true",
        "application/grpc;charset=x, false",
        "application/grpc-web, false",
        "application/grp, false",
        "text/plain, false"
    })
    void aCallIsKnownByItsContentType(String type, boolean grpc) {
        assertThat(Grpc.is(with("content-type", type))).isEqualTo(grpc);
    }

    @ParameterizedTest
    @CsvSource({
        "1H, PT1H",
        "2M, PT2M",
        "3S, PT3S",
        "4m, PT0.004S",
        "5u, PT0.000005S",
        "6n, PT0.000000006S",
        "99999999H, PT99999999H",
        "S,",
        "-1S,",
        "1s,",
        "123456789S,",
        "1,",
        "1 S,"
    })
    void aTimeOutHasEightDigitsAndAUnit(String text, @Nullable Duration duration) {
        long nanos = duration == null
                ? -1
                : duration.compareTo(Duration.ofNanos(Long.MAX_VALUE)) > 0 ? Long.MAX_VALUE : duration.toNanos();
        assertThat(Grpc.timeoutNanos(with("grpc-timeout", text))).isEqualTo(nanos);
    }

    @Test
    void aMessageIsPercentEncoded() {
        byte[] text = "50 % of \u00fc\n".getBytes(StandardCharsets.UTF_8);
        assertThat(new String(Grpc.message(text), StandardCharsets.US_ASCII)).isEqualTo("50 %25 of %C3%BC%0A");
    }

    @Test
    void whatWeAnswerIsAStatusOfGrpc() throws IOException {
        try (TestProxy proxy = TestProxy.http();
                Client client = proxy.client()) {
            client.send(CALL + "\r\n");
            assertThat(client.head())
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains(
                            "\r\ncontent-type: application/grpc\r\n",
                            "\r\ngrpc-status: 14\r\n",
                            "\r\ngrpc-message: no healthy upstream\r\n");
            assertThat(proxy.metrics())
                    .containsPattern("istio_requests_total\\{.*request_protocol=\"grpc\",response_code=\"200\","
                            + "grpc_response_status=\"14\",response_flags=\"UH\".*} 1");
        }
    }

    @Test
    void theStatusOfTheServerIsCounted() throws IOException {
        try (Backend backend = new Backend(c -> {
                    while (c.readRequest() != null) {
                        c.write(
                                "HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\nTransfer-Encoding: chunked\r\n\r\n"
                                        + "3\r\nabc\r\n0\r\ngrpc-status: 5\r\n\r\n");
                    }
                });
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            client.send(CALL + "\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 200 OK\r\n");
            while (client.read() != 'c') {
                assertThat(client.socket.isClosed()).isFalse();
            }
            assertThat(client.head()).startsWith("\r\n0\r\n"); // the connection is not the test's any more
            client.send(CALL + "Connection: close\r\n\r\n");
            client.rest();
            assertThat(proxy.metrics())
                    .containsPattern("istio_requests_total\\{.*request_protocol=\"grpc\",response_code=\"200\","
                            + "grpc_response_status=\"5\",response_flags=\"-\".*} 2");
        }
    }

    private static TestProxy limited(@Nullable Duration max, @Nullable Duration header, int port) {
        RouteAction.Forward plain = RouteAction.Forward.to("backend");
        RouteAction.Forward forward = new RouteAction.Forward(
                plain.cluster(),
                503,
                Duration.ZERO,
                null,
                null,
                null,
                false,
                null,
                RouteAction.Priority.DEFAULT,
                Map.of(),
                false,
                new RouteAction.MaxStreamDuration(max, header),
                Metadata.NONE,
                List.of(),
                List.of());
        TestProxy proxy = new TestProxy();
        proxy.cluster("backend", port);
        proxy.listener("http", FilterChain.of(TestProxy.manager(TestProxy.action(forward))));
        return proxy.apply();
    }

    /** Answers once its caller has given up, so that only the proxy can have answered. */
    private static Backend silent() {
        return new Backend(c -> {
            c.readRequest();
            c.in.read();
        });
    }

    @ParameterizedTest
    @CsvSource({"50m, 0", "1H, 50"}) // the caller's own, and the most it may ask for
    void aCallEndsWhenItsTimeIsOver(String asked, long mostMillis) throws IOException {
        try (Backend backend = silent();
                TestProxy proxy = limited(null, Duration.ofMillis(mostMillis), backend.port());
                Client client = proxy.client()) {
            client.send(CALL + "grpc-timeout: " + asked + "\r\n\r\n");
            assertThat(client.head()).contains("\r\ngrpc-status: 4\r\n");
            assertThat(proxy.metrics()).containsPattern("grpc_response_status=\"4\",response_flags=\"DT\".*} 1");
        }
    }

    @Test
    void anyStreamEndsAfterItsLongestDuration() throws IOException {
        try (Backend backend = silent();
                TestProxy proxy = limited(Duration.ofMillis(50), null, backend.port());
                Client client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nHost: t\r\ngrpc-timeout: 1n\r\n\r\n");
            assertThat(client.response()).startsWith("HTTP/1.1 504").endsWith("downstream duration timeout");
        }
    }
}
