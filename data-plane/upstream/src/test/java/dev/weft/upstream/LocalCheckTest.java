package dev.weft.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.weft.base.Log;
import dev.weft.net.EventLoops;
import dev.weft.xdsmodel.HealthCheck;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An application that starts, falls ill, recovers and ends. */
@Timeout(60)
class LocalCheckTest {
    private static final HealthCheck.Tcp TCP = new HealthCheck.Tcp("", List.of());

    private final EventLoops loops = new EventLoops(1, "check-test");
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        loops.close();
    }

    private LocalCheck check(int port, HealthCheck.Kind kind, Duration interval) {
        LocalCheck check = new LocalCheck(
                loops.loop(0),
                new InetSocketAddress("127.0.0.1", port),
                new InetSocketAddress("127.0.0.6", 0),
                new HealthCheck(kind, Duration.ofSeconds(1), HealthCheck.Intervals.every(interval), 3, 1, false, null),
                Log.to(System.err, Log.Level.ERROR, "test"),
                (passes, reason) -> heard.add(passes + " " + reason));
        loops.loop(0).netty().execute(check::start);
        return check;
    }

    private static ServerSocket listen(int port) throws Exception {
        return new ServerSocket(port, 4000, InetAddress.getByName("127.0.0.1"));
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private String next() throws InterruptedException {
        return heard.poll(20, TimeUnit.SECONDS);
    }

    @Test
    void anAcceptingPortIsEnoughForAsLongAsItAccepts() throws Exception {
        int port = freePort();
        check(port, TCP, Duration.ofMillis(20));
        assertThat(heard.poll(200, TimeUnit.MILLISECONDS)).isNull();
        try (ServerSocket socket = listen(port)) {
            assertThat(socket.accept().getInetAddress().getHostAddress()).isEqualTo("127.0.0.6");
            assertThat(next()).isEqualTo("true connected");
        }
        assertThat(next()).isEqualTo("false connection_refused");
        try (ServerSocket again = listen(port)) {
            assertThat(next()).isEqualTo("true connected");
            assertThat(again.isBound()).isTrue();
        }
    }

    @Test
    void aPathMustAnswerAndIsBelievedAtOnce() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger status = new AtomicInteger(503);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext("/up", exchange -> {
            asked.incrementAndGet();
            String agent = exchange.getRequestHeaders().getFirst("User-Agent");
            String host = exchange.getRequestHeaders().getFirst("Host");
            boolean right =
                    "probe".equals(agent) && ("127.0.0.1:" + server.getAddress().getPort()).equals(host);
            exchange.sendResponseHeaders(right ? status.get() : 500, -1);
            exchange.close();
        });
        server.start();
        try {
            HealthCheck.Http http = new HealthCheck.Http(
                    "",
                    "/up",
                    "GET",
                    List.of(new dev.weft.xdsmodel.HeaderValueOption(
                            "user-agent",
                            "probe",
                            dev.weft.xdsmodel.HeaderValueOption.AppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
                            false)),
                    List.of(),
                    List.of(new HealthCheck.StatusRange(200, 300)),
                    List.of(),
                    false);
            LocalCheck check = check(server.getAddress().getPort(), http, Duration.ofMillis(20));
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (asked.get() < 3) {
                assertThat(System.nanoTime() - end).isNegative();
                Thread.onSpinWait();
            }
            assertThat(heard).isEmpty();
            status.set(204);
            assertThat(next()).isEqualTo("true status 204");
            status.set(503);
            assertThat(next()).isEqualTo("false status 503");
            status.set(200);
            assertThat(next()).isEqualTo("true status 200");
            loops.loop(0).netty().submit(check::stop).get();
            status.set(503);
            int last = asked.get();
            assertThat(heard.poll(200, TimeUnit.MILLISECONDS)).as("stopped").isNull();
            assertThat(asked.get()).isLessThanOrEqualTo(last + 1);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void itIsNotAskedMoreOftenThanTheIntervalOnceItServes() throws Exception {
        try (ServerSocket socket = listen(freePort())) {
            check(socket.getLocalPort(), TCP, Duration.ofHours(1));
            assertThat(next()).isEqualTo("true connected");
            assertThat(socket.accept().isConnected()).isTrue();
            socket.setSoTimeout(300);
            org.assertj.core.api.Assertions.assertThatThrownBy(socket::accept)
                    .isInstanceOf(java.net.SocketTimeoutException.class);
        }
    }
}
