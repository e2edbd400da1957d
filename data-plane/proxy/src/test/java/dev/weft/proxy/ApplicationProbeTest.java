package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.weft.net.EventLoops;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ApplicationProbeTest {
    private final EventLoops loops = new EventLoops(1, "probe-test");
    private final CountDownLatch ready = new CountDownLatch(1);

    @AfterEach
    void close() {
        loops.close();
    }

    private void probe(int port, String path) {
        var loop = loops.loop(0).netty();
        var address = new InetSocketAddress("127.0.0.1", port);
        var source = new InetSocketAddress("127.0.0.6", 0);
        loop.execute(() -> new ApplicationProbe(loop, source, address, path, ready::countDown).start());
    }

    @Test
    void anAcceptingPortIsEnough() throws Exception {
        int port = RunningProxy.freePort();
        probe(port, null);
        assertThat(ready.await(200, TimeUnit.MILLISECONDS)).isFalse();
        try (ServerSocket socket = new ServerSocket(port, 5, InetAddress.getByName("127.0.0.1"))) {
            assertThat(socket.accept().getInetAddress().getHostAddress()).isEqualTo("127.0.0.6");
            assertThat(ready.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aPathMustAnswer2xx() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext("/up", exchange -> {
            exchange.sendResponseHeaders(asked.incrementAndGet() < 3 ? 503 : 204, -1);
            exchange.close();
        });
        server.start();
        try {
            probe(server.getAddress().getPort(), "/up");
            assertThat(ready.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(asked).hasValue(3);
        } finally {
            server.stop(0);
        }
    }
}
