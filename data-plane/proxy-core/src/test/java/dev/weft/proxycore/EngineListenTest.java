package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Address;
import dev.weft.xdsmodel.DataSource;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.VirtualHost;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EngineListenTest {
    /** So many that a client is there before all of them are in force. */
    private static final int ROUTES = 20_000;

    @Test
    void whoComesBeforeTheListenerIsInForceWaitsAndIsServed() throws Exception {
        RouteAction answer = new RouteAction.DirectResponse(200, new DataSource.Inline("served"));
        Route[] routes = IntStream.rangeClosed(1, ROUTES)
                .mapToObj(i -> Route.of(RouteMatch.prefix(i == ROUTES ? "/" : "/" + i + "/"), answer))
                .toArray(Route[]::new);
        RouteConfiguration table = RouteConfiguration.of("routes", VirtualHost.of("all", List.of("*"), routes));
        int port = freePort();
        try (TestProxy proxy = new TestProxy()) {
            proxy.listeners.put(
                    "http",
                    Listener.of("http", new Address("127.0.0.1", port), FilterChain.of(TestProxy.manager(table))));
            CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> ask(port));
            proxy.apply();
            assertThat(first.get(20, TimeUnit.SECONDS))
                    .startsWith("HTTP/1.1 200 OK")
                    .endsWith("served");
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** The answer to the first connection there can be. */
    private static String ask(int port) {
        while (true) {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                if (socket.getLocalPort() == port) {
                    continue; // nobody listens yet: connected to itself
                }
                socket.getOutputStream()
                        .write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            } catch (ConnectException e) {
                Thread.onSpinWait();
            } catch (IOException e) {
                return e.toString();
            }
        }
    }
}
