package dev.weft.testkit;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Sends requests at a fixed rate whatever the answers do (open loop), each with an id of its own, checks every byte of every
 * answer and writes down what became of it. It never retries and never hides: what fails here failed for the application.
 *
 * <p>As a program: {@code LedgerClient --url URL --rate N --seconds N --out FILE [--proxy HOST:PORT]}; SIGTERM ends it early, in
 * order. The file gets one line per finished request at once.
 */
public final class LedgerClient implements AutoCloseable {
    /** An idle connection older than this is not used again: the server may be closing it right now. */
    private static final long REUSE_NANOS = Duration.ofMillis(500).toNanos();

    private static final int TIMEOUT_MILLIS = 20_000;
    private static final int MOST_OUTSTANDING = 2_000;

    private final Config config;
    private final Consumer<LedgerEntry> sink;
    private final ConcurrentLinkedDeque<PlainHttpConnection> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger outstanding = new AtomicInteger();
    private final Thread scheduler;
    private volatile boolean stopping;

    /**
     * @param url http, with the authority the application would use
     * @param rate requests per second
     * @param length how long new requests are sent
     * @param host where to connect to; with {@code absoluteForm} a forward proxy
     */
    public record Config(URI url, int rate, Duration length, String host, int port, boolean absoluteForm) {
        /** Straight to the URL's own authority. */
        public static Config direct(String url, int rate, Duration length) {
            URI uri = URI.create(url);
            return new Config(uri, rate, length, uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort(), false);
        }
    }

    private LedgerClient(Config config, Consumer<LedgerEntry> sink) {
        this.config = config;
        this.sink = sink;
        this.scheduler = Thread.ofPlatform().name("ledger").unstarted(this::schedule);
    }

    /** Starts sending; {@code sink} is called from many threads. */
    public static LedgerClient start(Config config, Consumer<LedgerEntry> sink) {
        LedgerClient client = new LedgerClient(config, sink);
        client.scheduler.start();
        return client;
    }

    /** Runs to its end and returns all entries. */
    public static List<LedgerEntry> run(Config config) {
        ConcurrentLinkedQueue<LedgerEntry> entries = new ConcurrentLinkedQueue<>();
        try (LedgerClient client = start(config, entries::add)) {
            client.awaitEnd();
        }
        return List.copyOf(entries);
    }

    public static void main(String[] args) throws IOException {
        EchoServer.Options options = EchoServer.Options.parse(args);
        Config config = Config.direct(
                options.text("url", ""), options.number("rate", 50), Duration.ofSeconds(options.number("seconds", 10)));
        String proxy = options.text("proxy", "");
        if (!proxy.isEmpty()) {
            int colon = proxy.lastIndexOf(':');
            config = new Config(
                    config.url(),
                    config.rate(),
                    config.length(),
                    proxy.substring(0, colon),
                    Integer.parseInt(proxy.substring(colon + 1)),
                    true);
        }
        PrintStream out = new PrintStream(
                Files.newOutputStream(Path.of(options.text("out", "ledger.tsv"))), true, StandardCharsets.UTF_8);
        LedgerClient client = start(config, entry -> {
            synchronized (out) {
                out.println(entry.toLine());
            }
        });
        Runtime.getRuntime().addShutdownHook(new Thread(client::close));
        System.out.println("sending");
        client.awaitEnd();
        System.out.println("done");
    }

    /** Reads what {@link #main} wrote; a last line cut short by a kill is left out. */
    public static List<LedgerEntry> read(Path file) {
        try {
            String text = Files.readString(file);
            return text.substring(0, text.lastIndexOf('\n') + 1)
                    .lines()
                    .map(LedgerEntry::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void schedule() {
        long start = System.nanoTime();
        long interval = 1_000_000_000L / config.rate();
        long end = start + config.length().toNanos();
        for (long due = start; due < end && !stopping; due += interval) {
            long wait = due - System.nanoTime();
            while (wait > 0 && !stopping) {
                LockSupport.parkNanos(wait);
                wait = due - System.nanoTime();
            }
            long dueMicros = System.currentTimeMillis() * 1000 - Math.max(0, -wait) / 1000;
            if (outstanding.incrementAndGet() > MOST_OUTSTANDING) {
                finish(new LedgerEntry(newId(), dueMicros, 0, LedgerEntry.Outcome.OVERRUN, 0, "-", "-"));
                continue;
            }
            long dueNanos = due;
            Thread.ofVirtual().start(() -> finish(exchange(newId(), dueMicros, dueNanos)));
        }
    }

    /** A quarter of all requests are POSTs with a body; which, the id says. */
    static boolean isPost(String id) {
        return dice(id) % 4 == 0 && dice(id) % 8191 > 0;
    }

    private static int dice(String id) {
        return id.hashCode() & 0x7fffffff;
    }

    private static String newId() {
        return UUID.randomUUID().toString();
    }

    private void finish(LedgerEntry entry) {
        try {
            sink.accept(entry);
        } finally {
            outstanding.decrementAndGet();
        }
    }

    private LedgerEntry exchange(String id, long dueMicros, long dueNanos) {
        // Sizes differ so that answers cannot be taken for one another.
        byte[] body = isPost(id) ? LedgerBody.answer(id, new byte[0], dice(id) % 8191) : new byte[0];
        int size = dice(id) % 5003;
        Progress progress = new Progress();
        PlainHttpConnection connection = null;
        try {
            connection = connection();
            progress.stage = LedgerEntry.Outcome.RESET_BEFORE_RESPONSE;
            connection.send(request(id, body, size));
            PlainHttpConnection.Answer answer = connection.read(false);
            progress.status = answer.status();
            progress.backend = answer.header("x-backend").orElse("-");
            if (answer.closes()) {
                connection.close();
            } else {
                idle.push(connection);
            }
            if (answer.status() != 200) {
                String said = answer.text().lines().findFirst().orElse("-").replace('\t', ' ');
                return entry(id, dueMicros, dueNanos, progress, LedgerEntry.Outcome.BAD_STATUS, said);
            }
            boolean same = Arrays.equals(answer.body(), LedgerBody.answer(id, body, size));
            return entry(
                    id,
                    dueMicros,
                    dueNanos,
                    progress,
                    same ? LedgerEntry.Outcome.OK : LedgerEntry.Outcome.WRONG_BODY,
                    "-");
        } catch (SocketTimeoutException e) {
            LedgerEntry.Outcome outcome = progress.stage == LedgerEntry.Outcome.CONNECT
                    ? LedgerEntry.Outcome.CONNECT
                    : LedgerEntry.Outcome.TIME_OUT;
            return failed(id, dueMicros, dueNanos, progress, connection, outcome, e);
        } catch (IOException | RuntimeException e) {
            boolean begun = connection != null && connection.answering();
            return failed(
                    id,
                    dueMicros,
                    dueNanos,
                    progress,
                    connection,
                    begun ? LedgerEntry.Outcome.RESET_MID_BODY : progress.stage,
                    e);
        }
    }

    private static final class Progress {
        LedgerEntry.Outcome stage = LedgerEntry.Outcome.CONNECT;
        int status;
        String backend = "-";
    }

    private static LedgerEntry failed(
            String id,
            long dueMicros,
            long dueNanos,
            Progress progress,
            @org.jspecify.annotations.Nullable PlainHttpConnection connection,
            LedgerEntry.Outcome outcome,
            Exception e) {
        if (connection != null) {
            connection.close();
        }
        return entry(
                id,
                dueMicros,
                dueNanos,
                progress,
                outcome,
                String.valueOf(e).replace('\t', ' ').replace('\n', ' '));
    }

    private static LedgerEntry entry(
            String id, long dueMicros, long dueNanos, Progress progress, LedgerEntry.Outcome outcome, String details) {
        long latency = (System.nanoTime() - dueNanos) / 1000;
        return new LedgerEntry(id, dueMicros, latency, outcome, progress.status, progress.backend, details);
    }

    private PlainHttpConnection connection() throws IOException {
        for (PlainHttpConnection old = idle.poll(); old != null; old = idle.poll()) {
            if (old.idleNanos() < REUSE_NANOS) {
                return old;
            }
            old.close();
        }
        return new PlainHttpConnection(config.host(), config.port(), TIMEOUT_MILLIS);
    }

    private byte[] request(String id, byte[] body, int size) {
        URI url = config.url();
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String target = config.absoluteForm() ? "http://" + url.getRawAuthority() + path : path;
        byte[] head = ((body.length > 0 ? "POST " : "GET ") + target + " HTTP/1.1\r\nHost: " + url.getRawAuthority()
                        + "\r\n"
                        + LedgerBody.ID_HEADER + ": " + id + "\r\n" + LedgerBody.SIZE_HEADER + ": " + size + "\r\n"
                        + (body.length > 0 ? "Content-Length: " + body.length + "\r\n" : "") + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return all;
    }

    /** Waits until the length is over and the last answer is in. */
    public void awaitEnd() {
        try {
            scheduler.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Await.until(
                "answers to all requests", Duration.ofMillis(TIMEOUT_MILLIS + 5_000L), () -> outstanding.get() == 0);
    }

    /** Sends nothing new, waits for what is under way, closes its connections. */
    @Override
    public void close() {
        stopping = true;
        LockSupport.unpark(scheduler);
        awaitEnd();
        new ArrayList<>(idle).forEach(PlainHttpConnection::close);
        idle.clear();
    }
}
