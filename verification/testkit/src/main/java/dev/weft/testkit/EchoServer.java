package dev.weft.testkit;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A plain HTTP/1.1 backend that knows nothing of any mesh. It answers ledger requests (see {@link LedgerClient}) and keeps
 * their ids; {@code /status/503} answers with that status, {@code /delay/200} after that many milliseconds,
 * {@code /bytes/65536} with so many bytes, {@code /headers} with the request's line and headers as it received them; anything
 * else with its own name, the method and the path, or, if the request has {@code x-echo: headers}, with what {@code /headers}
 * answers. Every answer has the header {@code x-backend}.
 *
 * <p>As a program: {@code EchoServer --name N --port P [--address A] [--log FILE]}; the log gets one line per ledger id.
 */
public final class EchoServer implements AutoCloseable {
    static {
        // The JDK's server writes head and body apart; with Nagle's algorithm an answer then waits for a delayed ACK.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final String name;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ConcurrentLinkedQueue<String> ids = new ConcurrentLinkedQueue<>();
    private final @Nullable OutputStream log;

    private EchoServer(String name, HttpServer server, @Nullable OutputStream log) {
        this.name = name;
        this.server = server;
        this.log = log;
    }

    /** Listens on {@code address}:{@code port} (0: any free one); {@code log} is appended to if given. */
    public static EchoServer start(String name, String address, int port, @Nullable Path log) {
        try {
            HttpServer http = HttpServer.create(new InetSocketAddress(address, port), 1024);
            EchoServer server =
                    new EchoServer(name, http, log == null ? null : new FileOutputStream(log.toFile(), true));
            http.setExecutor(server.threads);
            http.createContext("/", server::handle);
            http.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void main(String[] args) {
        Options options = Options.parse(args);
        String log = options.text("log", "");
        EchoServer server = start(
                options.text("name", "echo"),
                options.text("address", "0.0.0.0"),
                options.number("port", 8080),
                log.isEmpty() ? null : Path.of(log));
        System.out.println("listening on " + server.port());
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public String name() {
        return name;
    }

    /** The ledger ids answered so far, in order; an id that came twice is here twice. */
    public List<String> ids() {
        return List.copyOf(ids);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Headers headers = exchange.getRequestHeaders();
            exchange.getResponseHeaders().set("x-backend", name);
            String id = headers.getFirst(LedgerBody.ID_HEADER);
            if (id != null) {
                record(id);
                String size = headers.getFirst(LedgerBody.SIZE_HEADER);
                pauseIfAsked(exchange.getRequestURI().getPath());
                answer(exchange, 200, LedgerBody.answer(id, body, size == null ? 0 : Integer.parseInt(size)));
                return;
            }
            answerByPath(exchange, body);
        }
    }

    private void answerByPath(HttpExchange exchange, byte[] body) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (path.startsWith("/status/")) {
            answer(exchange, number(path), text("status " + number(path) + "\n"));
        } else if (path.startsWith("/bytes/")) {
            answer(exchange, 200, LedgerBody.answer("bytes", body, number(path)));
        } else if (path.equals("/headers")
                || "headers".equals(exchange.getRequestHeaders().getFirst("x-echo"))) {
            answer(exchange, 200, text(headersText(exchange)));
        } else {
            pauseIfAsked(path);
            answer(
                    exchange,
                    200,
                    text(name + " " + exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body.length
                            + "\n"));
        }
    }

    private static String headersText(HttpExchange exchange) {
        Map<String, String> sorted = new TreeMap<>();
        exchange.getRequestHeaders()
                .forEach((key, values) -> sorted.put(key.toLowerCase(Locale.ROOT), String.join(", ", values)));
        StringBuilder out = new StringBuilder(exchange.getRequestMethod() + " " + exchange.getRequestURI() + "\n");
        sorted.forEach(
                (key, value) -> out.append(key).append(": ").append(value).append('\n'));
        return out.toString();
    }

    private static void pauseIfAsked(String path) {
        if (path.startsWith("/delay/")) {
            try {
                Thread.sleep(number(path));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static int number(String path) {
        return Integer.parseInt(path.substring(path.lastIndexOf('/') + 1));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        boolean empty =
                body.length == 0 || exchange.getRequestMethod().equals("HEAD") || status == 204 || status == 304;
        exchange.sendResponseHeaders(status, empty ? -1 : body.length);
        if (!empty) {
            exchange.getResponseBody().write(body);
        }
    }

    private void record(String id) throws IOException {
        ids.add(id);
        OutputStream file = log;
        if (file != null) {
            // One write per line straight to the kernel: a killed backend loses nothing it has seen.
            synchronized (file) {
                file.write((id + "\n").getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    /** Stops at once; requests under way are cut off. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        if (log != null) {
            try {
                log.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** {@code --key value} pairs of the small programs here. */
    record Options(Map<String, String> values) {
        static Options parse(String[] args) {
            Map<String, String> values = new TreeMap<>();
            List<String> rest = new ArrayList<>(List.of(args));
            while (!rest.isEmpty()) {
                String key = rest.removeFirst();
                if (!key.startsWith("--") || rest.isEmpty()) {
                    throw new IllegalArgumentException("expected --key value, got " + key);
                }
                values.put(key.substring(2), rest.removeFirst());
            }
            return new Options(values);
        }

        String text(String key, String otherwise) {
            return values.getOrDefault(key, otherwise);
        }

        int number(String key, int otherwise) {
            String value = values.get(key);
            return value == null ? otherwise : Integer.parseInt(value);
        }
    }
}
