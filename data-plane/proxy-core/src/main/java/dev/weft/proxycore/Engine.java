package dev.weft.proxycore;

import dev.weft.balance.OverloadAction;
import dev.weft.base.Diagnostic;
import dev.weft.net.EventLoops;
import dev.weft.net.ListenSocket;
import dev.weft.net.Loop;
import dev.weft.net.TlsConfigException;
import dev.weft.net.TlsContexts;
import dev.weft.stats.StatsRegistry;
import dev.weft.upstream.Addresses;
import dev.weft.upstream.ClusterRuntime;
import dev.weft.upstream.Clusters;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.TrafficDirection;
import dev.weft.xdsmodel.XdsSnapshot;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The proxy engine: event loops, listeners, clusters and TLS of one workload, driven by whole snapshots. Holds no static
 * state: a process may run several.
 *
 * <p>Threads: all methods but the accessors are called by one control thread; loops read what it publishes. A snapshot is
 * taken as a whole or not at all. Connections live on across snapshots unless their own filter chain changed; those of a
 * changed chain are drained.
 */
public final class Engine implements AutoCloseable {
    private static final int DRAIN_QUIET_MILLIS = 1500;

    private final EngineConfig config;
    private final StatsRegistry stats;
    private final EventLoops loops;
    private final List<Worker> workers = new ArrayList<>();
    private final TlsContexts tls;
    private final Clusters clusters;
    private final ChainCompiler compiler;
    private final LogWriter logs;
    private final Overload overload = new Overload();
    private final Map<String, ListenSocket> sockets =
            new ConcurrentHashMap<>(); // a drain ends beside the control thread
    private volatile ListenerSet listeners = ListenerSet.EMPTY;
    private volatile boolean draining;
    private boolean accepting = true; // confined to the control thread
    private boolean closed;
    private XdsSnapshot current = XdsSnapshot.EMPTY;

    /** @param stats needs a cell per loop besides the control thread's: {@code config.loops() + 1} */
    public Engine(EngineConfig config, StatsRegistry stats) {
        if (stats.cells() <= config.loops()) {
            throw new IllegalArgumentException("need a statistics cell per loop and one for the control thread");
        }
        this.config = config;
        this.stats = stats;
        this.loops = new EventLoops(config.loops(), "weft-loop");
        for (Loop loop : loops.all()) {
            workers.add(new Worker(loop, config.loops()));
        }
        this.tls = new TlsContexts();
        this.clusters = Clusters.of(loops.all(), tls, stats, config.whereabouts(), config.log());
        this.logs = new LogWriter(stats, config.log());
        Telemetry telemetry = new Telemetry(stats, config.self(), config.principal());
        this.compiler = new ChainCompiler(
                new Parts(clusters, telemetry, config.self(), stats, logs, overload, config.filters()), tls);
    }

    /**
     * Makes the snapshot the engine's configuration. On an error nothing has changed, and the list says what is wrong,
     * all of it; warnings may come with success.
     */
    public List<Diagnostic> apply(XdsSnapshot next) {
        List<Diagnostic> problems =
                new ArrayList<>(clusters.check(next.clusters().values()));
        for (Listener listener : next.listeners().values()) {
            if (Addresses.literal(listener.address()) == null) {
                problems.add(Diagnostic.error(
                        "not-an-address",
                        "listeners[" + listener.name() + "].address",
                        "'" + listener.address().host() + "' is not an IP address",
                        "listeners need an IP address"));
            }
        }
        compiler.compileRoutes(next, problems);
        compiler.checkFilters(next, problems);
        if (problems.stream().anyMatch(Diagnostic::isError)) {
            return problems;
        }
        problems.addAll(tls.secrets(next.secrets()));
        // Make before break: clusters first, then what refers to them, then removals.
        clusters.update(next.clusters(), next.endpoints());
        Map<String, ListenerRuntime> compiled = new LinkedHashMap<>();
        Map<String, ListenerRuntime> before = listeners.byName();
        for (Listener listener : next.listeners().values()) {
            try {
                ListenerRuntime old = before.get(listener.name());
                compiled.put(
                        listener.name(), old != null && old.config().equals(listener) ? old : compile(listener, old));
            } catch (TlsConfigException e) {
                String path = "listeners[" + listener.name() + "].filter_chains.transport_socket.common_tls_context.";
                e.diagnostics().forEach(d -> problems.add(under(path, d)));
            }
        }
        Map<String, ListenSocket> opened = new HashMap<>();
        if (problems.stream().noneMatch(Diagnostic::isError)) {
            open(compiled, before, opened, problems);
        }
        if (problems.stream().anyMatch(Diagnostic::isError)) {
            opened.values().forEach(ListenSocket::close);
            clusters.update(current.clusters(), current.endpoints());
            clusters.retain(current.clusters().keySet());
            tls.secrets(current.secrets());
            return problems;
        }
        compiler.publishRoutes(next.routes(), compiled.values());
        listeners = new ListenerSet(compiled);
        sockets.putAll(opened);
        opened.values().forEach(accepting ? ListenSocket::resumeAccepting : ListenSocket::pauseAccepting);
        closeUnused(compiled, before);
        clusters.retain(next.clusters().keySet());
        compiler.resolveClusters();
        current = next;
        return problems;
    }

    static Diagnostic under(String path, Diagnostic d) {
        return new Diagnostic(d.severity(), d.code(), path + d.path(), d.problem(), d.hint(), d.location());
    }

    private ListenerRuntime compile(Listener listener, @Nullable ListenerRuntime old) throws TlsConfigException {
        List<ChainRuntime> chains = new ArrayList<>();
        for (FilterChain chain : listener.filterChains()) {
            chains.add(compiler.chain(listener, chain, old));
        }
        FilterChain fallback = listener.defaultFilterChain();
        return new ListenerRuntime(
                listener,
                java.util.Objects.requireNonNull(Addresses.literal(listener.address())),
                chains,
                fallback == null ? null : compiler.chain(listener, fallback, old),
                AccessLogger.of(listener.accessLogs(), logs));
    }

    /** Binds what is new. Who comes is not accepted before the snapshot is in force. */
    private void open(
            Map<String, ListenerRuntime> next,
            Map<String, ListenerRuntime> before,
            Map<String, ListenSocket> opened,
            List<Diagnostic> problems) {
        for (ListenerRuntime listener : next.values()) {
            String name = listener.config().name();
            ListenerRuntime old = before.get(name);
            boolean kept =
                    old != null && sockets.containsKey(name) && old.address().equals(listener.address());
            if (kept || !listener.config().bindToPort()) {
                continue;
            }
            try {
                opened.put(name, bind(listener));
            } catch (IOException e) {
                problems.add(Diagnostic.error(
                        "cannot-bind",
                        "listeners[" + name + "].address",
                        String.valueOf(e.getMessage()),
                        "is another process listening there?"));
            }
        }
    }

    /** Sidecars come with one connection each that carries much: the kernel may well give them all to one loop. */
    private ListenSocket bind(ListenerRuntime listener) throws IOException {
        Acceptor acceptor = new Acceptor(this, listener.config().name(), config.originalDestination());
        ListenSocket.Options options = listener.config().trafficDirection() == TrafficDirection.INBOUND
                ? ListenSocket.Options.DEFAULT.with(ListenSocket.AcceptPolicy.LEAST_LOADED)
                : ListenSocket.Options.DEFAULT;
        return ListenSocket.bind(loops, listener.address(), options, acceptor);
    }

    private void closeUnused(Map<String, ListenerRuntime> next, Map<String, ListenerRuntime> before) {
        for (ListenerRuntime old : before.values()) {
            String name = old.config().name();
            ListenerRuntime now = next.get(name);
            if (now == null || !now.config().bindToPort()) {
                ListenSocket socket = sockets.remove(name);
                if (socket != null) {
                    socket.close();
                }
            }
            for (ChainRuntime chain : old.chains()) {
                if (now == null || !now.chains().contains(chain)) {
                    chain.drain();
                    compiler.retire(chain);
                }
            }
        }
        onConnections(connection -> {
            if (connection.chain().isDraining()) {
                connection.drain(false);
            }
        });
    }

    private void onConnections(Consumer<DownstreamConnection> action) {
        for (Worker worker : workers) {
            worker.loop()
                    .netty()
                    .execute(() -> List.copyOf(worker.connections()).forEach(action));
        }
    }

    ListenerSet listeners() {
        return listeners;
    }

    Worker worker(Loop loop) {
        return workers.get(loop.index());
    }

    /** Whether {@link #drain} has begun. */
    public boolean isDraining() {
        return draining;
    }

    /** The snapshot in force. Control thread. */
    public XdsSnapshot snapshot() {
        return current;
    }

    /** The clusters in force, for the admin pages. Any thread. */
    public Collection<ClusterRuntime> clusters() {
        return clusters.all();
    }

    /** The listeners in force. Any thread. */
    public Collection<Listener> activeListeners() {
        return listeners.byName().values().stream().map(ListenerRuntime::config).toList();
    }

    /** Where a listener is bound, with the port the kernel chose; null when it is not. Control thread. */
    public @Nullable InetSocketAddress boundAddress(String listener) {
        ListenSocket socket = sockets.get(listener);
        return socket == null ? null : socket.localAddress();
    }

    /** Requests and opaque connections under way. Waits for the loops to say. */
    public int active() {
        return count(DownstreamConnection::active);
    }

    /** Downstream connections open. Waits for the loops to say. */
    public int connections() {
        return count(connection -> 1);
    }

    /** The same counted at the accept, those not yet served among them. Cheap; any thread. */
    public int accepted() {
        return loops.connections();
    }

    /** How many downstream connections there may be at once; more wait in the kernel's queue. */
    public void maxConnections(int most) {
        loops.maxConnections(most);
    }

    /** The highest descriptor an upstream connection may have ({@link EventLoops#maxDescriptor}). */
    public void maxDescriptor(int highest) {
        loops.maxDescriptor(highest);
        clusters.maxDescriptor(highest);
    }

    /**
     * What to do about overload from now on. Other servers of the process are none of the engine's business: whoever asks
     * how the proxy is gets an answer.
     */
    public void overload(Set<OverloadAction> wanted) {
        overload.set(wanted);
        boolean accept = !wanted.contains(OverloadAction.STOP_ACCEPTING);
        if (accept != accepting) {
            accepting = accept;
            sockets.values().forEach(accept ? ListenSocket::resumeAccepting : ListenSocket::pauseAccepting);
        }
    }

    /**
     * Closes the HTTP connections that have carried nothing since the last call. Not those that merely carry nothing now: a
     * client that has just connected, or just had its answer, may be sending already.
     */
    public void closeUnusedConnections() {
        onConnections(DownstreamConnection::closeUnused);
    }

    private int count(java.util.function.ToIntFunction<DownstreamConnection> what) {
        AtomicInteger total = new AtomicInteger();
        CountDownLatch counted = new CountDownLatch(workers.size());
        for (Worker worker : workers) {
            worker.loop().netty().execute(() -> {
                worker.connections().forEach(c -> total.addAndGet(what.applyAsInt(c)));
                counted.countDown();
            });
        }
        try {
            if (!counted.await(5, TimeUnit.SECONDS)) {
                throw new IllegalStateException("an event loop does not answer");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return total.get();
    }

    /** Forgets upstream state nobody used for a while; called about once a minute. */
    public void maintain() {
        clusters.forgetUnused();
    }

    /**
     * Begins to drain: every response from here on says close, new connections are still served. Returns when nothing
     * has been under way since {@value #DRAIN_QUIET_MILLIS} ms after the beginning (long enough for a request that was
     * already on its way on a kept connection), or when the limit has passed. Then the listeners close, and idle
     * connections with them.
     *
     * @return whether everything ended by itself
     */
    public boolean drain(Duration limit) {
        compiler.drain();
        draining = true;
        long begin = System.nanoTime();
        boolean quiet = false;
        while (!quiet && System.nanoTime() - begin < limit.toNanos()) {
            java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            boolean grace = System.nanoTime() - begin < TimeUnit.MILLISECONDS.toNanos(DRAIN_QUIET_MILLIS);
            quiet = grace ? connections() == 0 : active() == 0;
        }
        sockets.values().forEach(ListenSocket::close);
        sockets.clear();
        onConnections(connection -> connection.drain(true));
        return quiet;
    }

    /** Closes everything at once; again has no effect. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        sockets.values().forEach(ListenSocket::close);
        sockets.clear();
        onConnections(DownstreamConnection::close);
        connections();
        clusters.close();
        tls.close();
        loops.close();
        workers.forEach(Worker::handOverLogs);
        logs.close();
    }

    StatsRegistry stats() {
        return stats;
    }
}
