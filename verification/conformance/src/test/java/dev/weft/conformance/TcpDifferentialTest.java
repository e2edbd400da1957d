package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.Await;
import dev.weft.testkit.Command;
import dev.weft.testkit.FreePorts;
import dev.weft.testkit.Peers;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real Envoy and Weft relay opaque TCP alike: what either end sees of the other's bytes, half-closes, ends and resets. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TcpDifferentialTest {
    private static final int MANY = 20 << 20; // more than fits into the buffers on the way
    private static final Deque<AutoCloseable> TO_CLOSE = new ArrayDeque<>();

    /** What happens on one connection; each side tells what it saw. */
    private record Scenario(String name, Side client, Side server, String expected) {}

    private interface Side {
        String run(Socket socket) throws Exception;
    }

    @TempDir
    static Path folder;

    private static Relay envoy;
    private static Relay weft;

    /** A proxy's port, and the server behind it. */
    private record Relay(int port, ServerSocket server) {
        static Relay open() throws IOException {
            ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            TO_CLOSE.push(server);
            return new Relay(FreePorts.next(), server);
        }
    }

    @BeforeAll
    static void startBoth() throws IOException {
        envoy = Relay.open();
        weft = Relay.open();
        TO_CLOSE.push(RunningProcess.start(
                "envoy",
                Peers.require("envoy"),
                "-c",
                bootstrap("envoy", envoy).toString(),
                "--disable-hot-restart",
                "--log-level",
                "error"));
        TO_CLOSE.push(WeftProcess.proxy(bootstrap("weft", weft)));
    }

    @AfterAll
    static void stopAll() throws Exception {
        while (!TO_CLOSE.isEmpty()) {
            TO_CLOSE.pop().close();
        }
    }

    private static Path bootstrap(String name, Relay relay) throws IOException {
        return Files.writeString(folder.resolve(name + ".json"), """
                {"static_resources": {
                  "listeners": [{"name": "tcp",
                    "address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}},
                    "filter_chains": [{"filters": [{"name": "tcp", "typed_config": {
                      "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                      "stat_prefix": "tcp", "cluster": "server", "idle_timeout": "30s"}}]}]}],
                  "clusters": [{"name": "server", "type": "STATIC", "connect_timeout": "1s",
                    "load_assignment": {"cluster_name": "server", "endpoints": [{"lb_endpoints": [{"endpoint":
                      {"address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}}}}]}]}}]}}
                """.formatted(
                        relay.port(), relay.server().getLocalPort()));
    }

    private static void send(Socket socket, int bytes) throws IOException {
        OutputStream out = socket.getOutputStream();
        byte[] piece = new byte[1 << 16];
        for (int left = bytes; left > 0; left -= piece.length) {
            out.write(piece, 0, Math.min(left, piece.length));
        }
    }

    /** Reads to the end and says how many bytes came and how it ended. */
    private static String drain(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[1 << 16];
        long bytes = 0;
        while (true) {
            try {
                int read = in.read(buffer);
                if (read < 0) {
                    return bytes + " bytes, end";
                }
                bytes += read;
            } catch (SocketTimeoutException e) {
                return bytes + " bytes, silence";
            } catch (SocketException e) {
                return bytes + " bytes, reset";
            }
        }
    }

    private static Future<String> drainMeanwhile(Socket socket) {
        FutureTask<String> task = new FutureTask<>(() -> drain(socket));
        Thread.startVirtualThread(task);
        return task;
    }

    private static String reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
        return "reset it";
    }

    private static List<Scenario> scenarios() {
        List<Scenario> all = new ArrayList<>();
        all.add(new Scenario(
                "client ends first, server answers",
                client -> {
                    send(client, 5);
                    client.shutdownOutput();
                    return drain(client);
                },
                server -> {
                    String seen = drain(server);
                    send(server, 7);
                    server.close();
                    return seen;
                },
                "client: 7 bytes, end; server: 5 bytes, end"));
        all.add(new Scenario(
                "client ends first, server answers at length",
                client -> {
                    client.shutdownOutput();
                    return drain(client);
                },
                server -> {
                    String seen = drain(server);
                    send(server, MANY);
                    server.close();
                    return seen;
                },
                "client: " + MANY + " bytes, end; server: 0 bytes, end"));
        all.add(new Scenario(
                "server ends first, client goes on",
                client -> {
                    String seen = drain(client);
                    send(client, MANY);
                    client.close();
                    return seen;
                },
                server -> {
                    send(server, 3);
                    server.shutdownOutput();
                    return drain(server);
                },
                "client: 3 bytes, end; server: " + MANY + " bytes, end"));
        all.add(new Scenario(
                "much both ways",
                client -> {
                    Future<String> reader = drainMeanwhile(client);
                    send(client, MANY);
                    client.shutdownOutput();
                    return reader.get();
                },
                server -> {
                    Future<String> reader = drainMeanwhile(server);
                    send(server, MANY);
                    server.shutdownOutput();
                    return reader.get();
                },
                "client: " + MANY + " bytes, end; server: " + MANY + " bytes, end"));
        all.add(new Scenario(
                "server resets",
                client -> {
                    send(client, 1);
                    return drain(client);
                },
                server -> {
                    int unused = server.getInputStream().read();
                    return reset(server);
                },
                "client: 0 bytes, reset; server: reset it"));
        all.add(new Scenario(
                "client resets",
                client -> {
                    int unused = client.getInputStream().read();
                    return reset(client);
                },
                server -> {
                    send(server, 1);
                    return drain(server);
                },
                "client: reset it; server: 0 bytes, reset"));
        all.add(new Scenario(
                "server stops reading for longer than a dead peer is given",
                client -> {
                    send(client, MANY);
                    client.shutdownOutput();
                    return drain(client);
                },
                server -> {
                    TimeUnit.SECONDS.sleep(14); // the silence is what is tested
                    return drain(server);
                },
                "client: 0 bytes, end; server: " + MANY + " bytes, end"));
        return all;
    }

    @TestFactory
    Stream<DynamicTest> bothEndsSeeTheSame() {
        return scenarios().stream()
                .map(scenario -> DynamicTest.dynamicTest(scenario.name(), () -> {
                    FutureTask<String> beside = new FutureTask<>(() -> through(envoy, scenario));
                    Thread.startVirtualThread(beside);
                    String seen = through(weft, scenario);
                    System.out.println(scenario.name() + "\n  envoy " + beside.get() + "\n  weft  " + seen);
                    assertThat(beside.get()).as("Envoy").isEqualTo(scenario.expected());
                    assertThat(seen).as("Weft").isEqualTo(scenario.expected());
                }));
    }

    private static String through(Relay relay, Scenario scenario) throws Exception {
        Await.until("a proxy on port " + relay.port(), Duration.ofSeconds(20), () -> listens(relay.port()));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                Socket client = new Socket(InetAddress.getLoopbackAddress(), relay.port())) {
            client.setSoTimeout(25_000);
            Future<String> server = threads.submit((Callable<String>) () -> {
                try (Socket accepted = relay.server().accept()) {
                    accepted.setSoTimeout(25_000);
                    return scenario.server().run(accepted);
                } catch (SocketException e) {
                    return "failed: " + e.getMessage();
                }
            });
            String seen;
            try {
                seen = scenario.client().run(client);
            } catch (SocketException e) {
                seen = "failed: " + e.getMessage();
            }
            return "client: " + seen + "; server: " + server.get();
        }
    }

    private static boolean listens(int port) {
        // Not a connection: the server would see it.
        return Command.run(Duration.ofSeconds(5), "ss", "-Hltn", "sport = :" + port)
                .output()
                .contains("LISTEN");
    }
}
