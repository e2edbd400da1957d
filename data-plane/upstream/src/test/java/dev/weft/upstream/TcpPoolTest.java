package dev.weft.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Log;
import dev.weft.http.HeaderBlock;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.http.Upstream;
import dev.weft.http.UpstreamConnection;
import dev.weft.http.UpstreamListener;
import dev.weft.net.EventLoops;
import dev.weft.net.TlsContexts;
import dev.weft.stats.StatsRegistry;
import dev.weft.testkit.Await;
import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.XdsReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A CONNECT that ends here, from the pool on: its request and response are the two directions of a TCP connection. */
@Timeout(30)
class TcpPoolTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int PIECE = 64 * 1024;

    private final EventLoops loops = new EventLoops(1, "tcp-pool-test");
    private final TlsContexts tls = new TlsContexts();
    private final Clusters clusters = new Clusters(
            loops.all(),
            tls,
            new StatsRegistry(2),
            new FakeResolver(),
            Whereabouts.UNKNOWN,
            Log.to(System.err, Log.Level.ERROR, "test"));
    private final UpstreamLoop loop = new UpstreamLoop(loops.all().getFirst(), 1);
    private ServerSocket server;
    private HttpPool pool;

    @BeforeEach
    void listen() throws Exception {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        pool = pool(server.getLocalPort(), "{}");
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        clusters.close();
        tls.close();
        loops.close();
    }

    private HttpPool pool(int port, String thresholds) throws Exception {
        Parsed<Cluster> parsed = XdsReader.clusterJson("""
                {"name": "c%1$d", "type": "STATIC", "connect_timeout": "5s", "circuit_breakers": {"thresholds": [%2$s]},
                 "load_assignment": {"cluster_name": "c", "endpoints": [{"lb_endpoints": [
                   {"endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": %1$d}}}}]}]}}
                """.formatted(port, thresholds));
        Cluster cluster = ((Parsed.Ok<Cluster>) parsed).value();
        clusters.update(Map.of(cluster.name(), cluster), Map.of());
        EndpointRuntime endpoint = onLoop(() -> clusters.find(cluster.name()).pick(loop.firstPick()));
        return onLoop(() -> endpoint.tcpPool(loop));
    }

    private <T> T onLoop(Callable<T> task) throws Exception {
        return loop.loop().netty().submit(task).get(10, TimeUnit.SECONDS);
    }

    private Tunnel tunnel() throws Exception {
        Tunnel tunnel = new Tunnel(true);
        tunnel.begin();
        return tunnel;
    }

    private boolean isEmpty() {
        try {
            return onLoop(pool::isEmpty);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anEndpointThatWasReachedIsAYesAndBytesGoBothWays() throws Exception {
        Tunnel tunnel = tunnel();
        try (Socket endpoint = server.accept()) {
            assertThat(tunnel.next()).isEqualTo("head 200");
            tunnel.write("hello", false);
            assertThat(text(endpoint, 5)).isEqualTo("hello");
            endpoint.getOutputStream().write(bytes("there"));
            assertThat(tunnel.next()).isEqualTo("there");
            tunnel.write(" again", false);
            assertThat(text(endpoint, 6)).isEqualTo(" again");
        }
    }

    @Test
    void theClientsEndIsAHalfClose() throws Exception {
        Tunnel tunnel = tunnel();
        try (Socket endpoint = server.accept()) {
            assertThat(tunnel.next()).isEqualTo("head 200");
            tunnel.write("bye", true);
            assertThat(endpoint.getInputStream().readAllBytes()).isEqualTo(bytes("bye"));
            endpoint.getOutputStream().write(bytes("goodbye"));
            assertThat(tunnel.next()).isEqualTo("goodbye");
        }
        assertThat(tunnel.next()).isEqualTo("end");
        assertThat(tunnel.next()).isEqualTo("done");
        Await.until("the connection is closed", LIMIT, this::isEmpty);
    }

    @Test
    void theEndpointsEndIsTheEnd() throws Exception {
        Tunnel tunnel = tunnel();
        try (Socket endpoint = server.accept()) {
            assertThat(tunnel.next()).isEqualTo("head 200");
            endpoint.getOutputStream().write(bytes("goodbye"));
            endpoint.shutdownOutput();
            assertThat(tunnel.next()).isEqualTo("goodbye");
            assertThat(tunnel.next()).isEqualTo("end");
            assertThat(tunnel.next()).isEqualTo("done");
            assertThat(endpoint.getInputStream().read()).isEqualTo(-1);
        }
        Await.until("the connection is closed", LIMIT, this::isEmpty);
    }

    /** Its bytes and its end may be there before the answer to the request is. */
    @Test
    void anEndpointMaySpeakAndEndAtOnce() throws Exception {
        for (int i = 0; i < 20; i++) {
            Tunnel tunnel = tunnel();
            try (Socket endpoint = server.accept()) {
                endpoint.getOutputStream().write(bytes("goodbye"));
            }
            assertThat(tunnel.next()).isEqualTo("head 200");
            assertThat(tunnel.next()).isEqualTo("goodbye");
            assertThat(tunnel.next()).isEqualTo("end");
            assertThat(tunnel.next()).isEqualTo("done");
        }
    }

    @Test
    void aTunnelGivenUpIsReset() throws Exception {
        Tunnel tunnel = tunnel();
        try (Socket endpoint = server.accept()) {
            assertThat(tunnel.next()).isEqualTo("head 200");
            tunnel.cancel();
            assertThat(Await.value("a reset", LIMIT, () -> resetSeen(endpoint))).contains("reset");
        }
        assertThat(tunnel.heard).isEmpty();
        Await.until("the connection is closed", LIMIT, this::isEmpty);
    }

    private static @Nullable String resetSeen(Socket endpoint) {
        try {
            return endpoint.getInputStream().read() < 0 ? "an ordinary end" : null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    @Test
    void anEndpointThatResetsIsLost() throws Exception {
        Tunnel tunnel = tunnel();
        try (Socket endpoint = server.accept()) {
            assertThat(tunnel.next()).isEqualTo("head 200");
            endpoint.setSoLinger(true, 0);
        }
        assertThat(tunnel.next()).isEqualTo("failed CONNECTION_LOST connection_termination");
        Await.until("the connection is closed", LIMIT, this::isEmpty);
    }

    @Test
    void anEndpointThatRefusesIsNoTunnel() throws Exception {
        server.close();
        Tunnel tunnel = tunnel();
        assertThat(tunnel.next()).isEqualTo("no connection_refused");
        assertThat(isEmpty()).isTrue();
    }

    @Test
    void whoHasGivenUpLeavesNoConnectionBehind() throws Exception {
        Tunnel tunnel = new Tunnel(false);
        onLoop(() -> {
            pool.await(tunnel);
            pool.cancel(tunnel);
            return true;
        });
        try (Socket endpoint = server.accept()) {
            assertThat(endpoint.getInputStream().read()).isEqualTo(-1);
        }
        Await.until("the connection is closed", LIMIT, this::isEmpty);
        assertThat(tunnel.heard).isEmpty();
    }

    @Test
    void beyondTheClustersLimitATunnelWaitsForAnothersEnd() throws Exception {
        pool = pool(server.getLocalPort(), "{\"max_connections\": 1}");
        Tunnel first = tunnel();
        Tunnel second = tunnel();
        try (Socket endpoint = server.accept()) {
            assertThat(first.next()).isEqualTo("head 200");
            endpoint.getOutputStream().write(bytes("1"));
            assertThat(first.next()).isEqualTo("1");
            assertThat(second.heard).isEmpty();
        }
        try (Socket endpoint = server.accept()) {
            assertThat(second.next()).isEqualTo("head 200");
            endpoint.getOutputStream().write(bytes("2"));
            assertThat(second.next()).isEqualTo("2");
        }
    }

    @Test
    void aListenerThatTakesNoMoreStopsTheEndpoint() throws Exception {
        Tunnel tunnel = tunnel();
        try (Socket endpoint = server.accept()) {
            assertThat(tunnel.next()).isEqualTo("head 200");
            tunnel.counting = true;
            tunnel.readEnabled(false);
            long size = 64L << 20; // fits into no buffer on the way
            CountDownLatch sent = new CountDownLatch(1);
            Thread.ofVirtual().start(() -> {
                fill(endpoint, size);
                sent.countDown();
            });
            assertThat(sent.await(300, TimeUnit.MILLISECONDS)).isFalse();
            long before = tunnel.received.get();
            tunnel.readEnabled(true);
            Await.until("all of it", LIMIT, () -> tunnel.received.get() == size);
            assertThat(before).isLessThan(size);
        }
    }

    private static void fill(Socket endpoint, long size) {
        try {
            byte[] piece = new byte[PIECE];
            for (long left = size; left > 0; left -= piece.length) {
                endpoint.getOutputStream().write(piece);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** What was written before the end arrives before it, however slow the endpoint is. */
    @Test
    void anEndpointThatDoesNotReadStopsTheClientAndLosesNothing() throws Exception {
        Tunnel tunnel = tunnel();
        try (Socket endpoint = server.accept()) {
            assertThat(tunnel.next()).isEqualTo("head 200");
            long written = onLoop(() -> {
                long bytes = 0;
                while (tunnel.writable && bytes < 1L << 30) {
                    tunnel.upstream.writeData(Unpooled.wrappedBuffer(new byte[PIECE]), false);
                    tunnel.upstream.flush();
                    bytes += PIECE;
                }
                tunnel.upstream.writeData(Unpooled.wrappedBuffer(new byte[PIECE]), true);
                return bytes + PIECE;
            });
            assertThat(written).isLessThan(1L << 30);
            assertThat(tunnel.next()).isEqualTo("pause");
            assertThat(endpoint.getInputStream().readAllBytes().length).isEqualTo(written);
            endpoint.getOutputStream().write(bytes("got it"));
            assertThat(tunnel.next()).isIn("go on", "got it"); // there is nothing left to go on with
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(Socket socket, int length) throws IOException {
        try {
            return new String(socket.getInputStream().readNBytes(length), StandardCharsets.ISO_8859_1);
        } catch (SocketException e) {
            return "reset";
        }
    }

    /** One request: its waiter and listener, which tells the test's thread what it hears. */
    private final class Tunnel implements HttpPool.Waiter, UpstreamListener {
        final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        final AtomicLong received = new AtomicLong();
        private final boolean starts;
        volatile boolean counting; // bytes are only counted
        boolean writable = true; // on the loop
        Upstream upstream; // on the loop

        Tunnel(boolean starts) {
            this.starts = starts;
        }

        void begin() throws Exception {
            onLoop(() -> {
                assertThat(pool.takeIdle()).isNull();
                pool.await(this);
                return true;
            });
        }

        String next() throws InterruptedException {
            String event = heard.poll(10, TimeUnit.SECONDS);
            assertThat(event).as("nothing is heard").isNotNull();
            return event;
        }

        void write(String text, boolean end) throws Exception {
            onLoop(() -> {
                upstream.writeData(Unpooled.wrappedBuffer(bytes(text)), end);
                upstream.flush();
                return true;
            });
        }

        void readEnabled(boolean enabled) throws Exception {
            onLoop(() -> {
                upstream.readEnabled(enabled);
                return true;
            });
        }

        void cancel() throws Exception {
            onLoop(() -> {
                upstream.cancel();
                return true;
            });
        }

        @Override
        public void connectionReady(UpstreamConnection connection) {
            assertThat(starts).isTrue();
            upstream = connection.start(this, new RequestHead(16), false, true);
        }

        @Override
        public void connectFailed(boolean timeout, String reason) {
            heard.add("no " + reason);
        }

        @Override
        public void informational(ResponseHead head) {
            heard.add("informational");
        }

        @Override
        public void responseHead(ResponseHead head, boolean end) {
            heard.add("head " + head.status() + (upstream == null ? " too early" : ""));
        }

        @Override
        public void responseData(ByteBuf data, boolean end) {
            received.addAndGet(data.readableBytes());
            if (!counting && data.isReadable()) {
                heard.add(data.toString(StandardCharsets.ISO_8859_1));
            }
            data.release();
            if (end) {
                heard.add("end");
            }
        }

        @Override
        public void responseTrailers(HeaderBlock trailers) {
            heard.add("trailers");
        }

        @Override
        public void responseFlush() {}

        @Override
        public void upstreamWritable(boolean nowWritable) {
            writable = nowWritable;
            heard.add(nowWritable ? "go on" : "pause");
        }

        @Override
        public void done() {
            heard.add("done");
        }

        @Override
        public void failed(Failure failure, String details) {
            heard.add("failed " + failure + " " + details);
        }
    }
}
