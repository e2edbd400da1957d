package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.Await;
import dev.weft.testkit.EchoServer;
import dev.weft.testkit.FreePorts;
import dev.weft.testkit.JavaProgram;
import dev.weft.testkit.LedgerClient;
import dev.weft.testkit.LedgerEntry;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who reads slowly, or not at all, costs a proxy no memory: the pressure goes all the way to who writes. Real processes, whose
 * resident memory is looked at. {@code -Dweft.slow-reader.seconds=60} makes them last longer.
 */
class SlowReaderMemoryTest {
    private static final Duration LENGTH = Duration.ofSeconds(Integer.getInteger("weft.slow-reader.seconds", 8));
    private static final long RATE = 16 << 20;
    private static final double MOST_MIB = 32;

    private final Deque<AutoCloseable> toClose = new ArrayDeque<>();

    @TempDir
    Path folder;

    @AfterEach
    void stop() throws Exception {
        while (!toClose.isEmpty()) {
            toClose.pop().close();
        }
    }

    @Test
    void aSlowReaderOfAnEndlessBodyIsWaitedFor() throws IOException {
        EndlessBackend backend = keep(EndlessBackend.start());
        int port = FreePorts.next();
        RunningProcess weft =
                proxy("weft", port, List.of(route("/", "backend")), cluster("backend", backend.port(), ""));
        warmUp(port);
        double grown = slowRead(port, weft);
        assertThat(grown).as("MiB more").isLessThan(MOST_MIB);
    }

    /** What would fail the test above: a relay that takes what it can get. */
    @Test
    void aRelayThatHoardsIsNoticed() throws IOException {
        EndlessBackend backend = keep(EndlessBackend.start());
        int port = FreePorts.next();
        RunningProcess relay = keep(RunningProcess.start(JavaProgram.spec(
                "relay", HoardingRelay.class, Integer.toString(port), Integer.toString(backend.port()))));
        RunningProcess unused = relay.awaitPort("127.0.0.1", port, Duration.ofSeconds(20));
        double grown = slowRead(port, relay);
        assertThat(grown).as("MiB more").isGreaterThan(MOST_MIB);
    }

    /** Two proxies with one HTTP/2 connection between them, which carries those who read and those who do not. */
    @Test
    void stalledStreamsHurtNoOtherOnTheirConnection() throws IOException {
        EndlessBackend endless = keep(EndlessBackend.start());
        EchoServer echo = keep(EchoServer.start("echo", "127.0.0.1", 0, null));
        Deque<Integer> ports = FreePorts.next(2);
        int outer = ports.pop();
        int inner = ports.pop();
        RunningProcess second = proxy(
                "second",
                inner,
                List.of(route("/endless", "endless"), route("/", "echo")),
                cluster("endless", endless.port(), ""),
                cluster("echo", echo.port(), ""));
        RunningProcess first = proxy("first", outer, List.of(route("/", "second")), cluster("second", inner, """
                , "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                 "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                 "explicit_http_config": {"http2_protocol_options": {}}}}"""));
        warmUp(outer);
        double firstBefore = rssMib(first);
        double secondBefore = rssMib(second);
        ConcurrentLinkedQueue<LedgerEntry> live = new ConcurrentLinkedQueue<>();
        LedgerClient client = keep(LedgerClient.start(
                LedgerClient.Config.direct("http://127.0.0.1:" + outer + "/x", 100, LENGTH), live::add));
        for (int i = 0; i < 4; i++) {
            Socket unused = ask(outer); // and never read
        }
        Peak peakOfFirst = new Peak(first);
        Peak peakOfSecond = new Peak(second);
        long end = System.nanoTime() + LENGTH.toNanos();
        Await.until("the end of it", LENGTH.plusSeconds(20), () -> {
            peakOfFirst.look();
            peakOfSecond.look();
            return System.nanoTime() > end;
        });
        client.awaitEnd();
        System.out.printf(
                "stalled streams: %+.1f and %+.1f MiB, %.1f MiB taken from the endpoint, %d live requests%n",
                peakOfFirst.mib - firstBefore,
                peakOfSecond.mib - secondBefore,
                endless.written() / 1048576.0,
                live.size());
        assertThat(peakOfFirst.mib - firstBefore).as("MiB more in the first").isLessThan(MOST_MIB);
        assertThat(peakOfSecond.mib - secondBefore).as("MiB more in the second").isLessThan(MOST_MIB);
        assertThat(live)
                .hasSizeGreaterThan(90 * (int) LENGTH.toSeconds())
                .allSatisfy(entry -> assertThat(entry.outcome()).isEqualTo(LedgerEntry.Outcome.OK));
    }

    /** Lets code be compiled and pools fill, so that what is counted is what waits. */
    private void warmUp(int port) throws IOException {
        try (Socket socket = ask(port)) {
            InputStream in = socket.getInputStream();
            byte[] some = new byte[64 * 1024];
            long end = System.nanoTime() + 3_000_000_000L;
            while (System.nanoTime() < end) {
                assertThat(in.read(some)).isPositive();
            }
        }
    }

    /** Reads {@link #RATE} bytes a second for a while; by how many MiB the process grew over it. */
    private double slowRead(int port, RunningProcess process) throws IOException {
        double before = rssMib(process);
        Peak peak = new Peak(process);
        try (Socket socket = ask(port)) {
            InputStream in = socket.getInputStream();
            byte[] some = new byte[64 * 1024];
            long start = System.nanoTime();
            long[] read = {0};
            Await.until("the end of it", LENGTH.plusSeconds(20), () -> {
                long elapsed = System.nanoTime() - start;
                try {
                    while (read[0] < RATE * elapsed / 1e9) {
                        int length = in.read(some);
                        assertThat(length).isPositive();
                        read[0] += length;
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                peak.look();
                return elapsed > LENGTH.toNanos() || peak.mib > before + MOST_MIB;
            });
            System.out.printf(
                    "slow reader of %s: %d MiB read, %+.1f MiB%n", process.name(), read[0] >> 20, peak.mib - before);
        }
        return peak.mib - before;
    }

    private Socket ask(int port) throws IOException {
        Socket socket = keep(new Socket(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static final class Peak {
        private final RunningProcess process;
        private double mib;

        Peak(RunningProcess process) {
            this.process = process;
        }

        void look() {
            mib = Math.max(mib, rssMib(process));
        }
    }

    private static double rssMib(RunningProcess process) {
        try {
            String text = Files.readString(Path.of("/proc", Long.toString(process.pid()), "status"));
            String[] words = text.substring(text.indexOf("VmRSS:")).split("\\s+", 3);
            return Long.parseLong(words[1]) / 1024.0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RunningProcess proxy(String name, int port, List<String> routes, String... clusters) throws IOException {
        RunningProcess weft = keep(WeftProcess.proxy(Files.writeString(folder.resolve(name + ".json"), """
                {"static_resources": {
                  "clusters": [%s],
                  "listeners": [{"name": "l",
                   "address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}},
                   "filter_chains": [{"filters": [{"name": "envoy.filters.network.http_connection_manager",
                    "typed_config": {
                     "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                     "stat_prefix": "http",
                     "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {
                      "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}],
                     "route_config": {"name": "r", "virtual_hosts": [
                      {"name": "v", "domains": ["*"], "routes": [%s]}]}}}]}]}]}}
                """.formatted(
                        String.join(",", clusters), port, String.join(",", routes)))));
        return weft.awaitPort("127.0.0.1", port, Duration.ofSeconds(30));
    }

    private static String route(String prefix, String cluster) {
        return "{\"match\": {\"prefix\": \"%s\"}, \"route\": {\"cluster\": \"%s\", \"timeout\": \"0s\"}}"
                .formatted(prefix, cluster);
    }

    private static String cluster(String name, int port, String more) {
        return """
                {"name": "%s", "type": "STATIC", "load_assignment": {"cluster_name": "c", "endpoints": [
                 {"lb_endpoints": [{"endpoint": {"address": {"socket_address":
                  {"address": "127.0.0.1", "port_value": %d}}}}]}]}%s}""".formatted(name, port, more);
    }

    private <T extends AutoCloseable> T keep(T resource) {
        toClose.push(resource);
        return resource;
    }
}
