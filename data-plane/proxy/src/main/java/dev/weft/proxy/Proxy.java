package dev.weft.proxy;

import dev.weft.base.Diagnostic;
import dev.weft.base.Log;
import dev.weft.filters.HttpFilters;
import dev.weft.net.EventLoops;
import dev.weft.net.Loop;
import dev.weft.net.OriginalDestination;
import dev.weft.proxycore.Engine;
import dev.weft.proxycore.EngineConfig;
import dev.weft.proxycore.WorkloadLabels;
import dev.weft.stats.StatsRegistry;
import dev.weft.upstream.Whereabouts;
import dev.weft.xdsclient.ControlThread;
import dev.weft.xdsmodel.XdsSnapshot;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What every proxy is made of, whatever configures it: the engine with its loops, the control thread beside them, the
 * statistics and the log, and where in its life it is.
 *
 * <p>Threads: the control thread calls the engine; at the end, when it has stopped to, the thread that ends the process.
 */
final class Proxy {
    private static final long MAINTENANCE_SECONDS = 60;
    private static final int START_FIELD = 19; // proc(5): field 22, "starttime", counted after the name
    private static final long TICK_MILLIS = 10; // USER_HZ is 100 on every architecture we run on

    private final Log log;
    private final StatsRegistry stats;
    private final EventLoops control;
    private final ControlThread controlThread;
    private final Engine engine;
    private final Instant started = Instant.now();
    private volatile State state = State.INITIALIZING;
    private volatile boolean failedByHand; // POST /healthcheck/fail
    private volatile String impediment = "";

    /**
     * @param loops event loops of the engine; 0 = by the number of cores, at most 2
     * @param principal the workload's identity, empty when it has none
     */
    Proxy(int loops, Whereabouts whereabouts, WorkloadLabels self, String principal, Log log) {
        this.log = log;
        int count = loops > 0 ? loops : Math.min(2, Runtime.getRuntime().availableProcessors());
        this.stats = new StatsRegistry(count + 1);
        this.control = new EventLoops(1, "weft-control");
        this.controlThread = new ControlThread(control.loop(0).netty(), control.loop(0)::newSocket);
        BuiltInFilters filters = new BuiltInFilters(new HttpFilters(stats));
        this.engine = new Engine(
                new EngineConfig(count, whereabouts, self, principal, OriginalDestination.SOCKET, filters, log), stats);
        stats.gauge("envoy_server_live", "1 while the proxy is live", () -> state == State.LIVE ? 1 : 0);
        stats.gauge(
                "envoy_server_uptime",
                "Seconds since the start",
                () -> Duration.between(started, Instant.now()).toSeconds());
        stats.gauge("envoy_server_concurrency", "Event loops", () -> count);
        loop().scheduleWithFixedDelay(engine::maintain, MAINTENANCE_SECONDS, MAINTENANCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Once there are listeners, and not on the way to them: the JVM's view of its heap has to be loaded. */
    private void watchOverload() {
        OverloadWatch watch = OverloadWatch.ofThisProcess(engine, stats, log.component("overload"));
        loop().scheduleWithFixedDelay(watch::look, 0, OverloadWatch.PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The control thread. */
    EventLoop loop() {
        return controlThread.loop();
    }

    /** The same for who checks the application. */
    Loop controlLoop() {
        return control.loop(0);
    }

    /** The same for who calls a control plane. */
    ControlThread controlThread() {
        return controlThread;
    }

    Engine engine() {
        return engine;
    }

    StatsRegistry stats() {
        return stats;
    }

    Log log() {
        return log;
    }

    Instant started() {
        return started;
    }

    State state() {
        return state;
    }

    /** Whether new work is wanted: configured, nothing in the way, not draining, not failed by hand. */
    boolean isReady() {
        return state == State.LIVE && !failedByHand && impediment.isEmpty();
    }

    /** What keeps it from being ready although it is configured; empty for nothing. */
    String impediment() {
        return impediment;
    }

    void impede(String reason) {
        impediment = reason;
    }

    void failHealth(boolean fail) {
        failedByHand = fail;
    }

    /** Makes a snapshot serve; the first one makes the proxy live. On the control thread. */
    List<Diagnostic> apply(XdsSnapshot snapshot) {
        if (state == State.DRAINING) {
            return List.of(); // nothing new is begun any more
        }
        List<Diagnostic> problems = engine.apply(snapshot);
        for (Diagnostic problem : problems) {
            if (!problem.isError()) {
                log.warn(problem.toString());
            }
        }
        return problems;
    }

    void live() {
        if (state == State.INITIALIZING) {
            state = State.LIVE;
            loop().schedule(this::watchOverload, OverloadWatch.PERIOD_MILLIS, TimeUnit.MILLISECONDS);
            log.info("ready after " + sinceStart().toMillis() + " ms: "
                    + engine.activeListeners().size() + " listeners, "
                    + engine.clusters().size() + " clusters");
        }
    }

    /**
     * Since the process began, the JVM's own start included. From the kernel's two clocks since boot: the JDK's instant of
     * the start is up to half a second off.
     */
    private static Duration sinceStart() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            double uptime =
                    Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
            return Duration.ofMillis((long) (uptime * 1000) - Long.parseLong(fields[START_FIELD]) * TICK_MILLIS);
        } catch (IOException | RuntimeException e) {
            return Duration.ZERO;
        }
    }

    /** Readiness turns false; what is there is served on. */
    void beginDrain(@Nullable String why) {
        if (state != State.DRAINING) {
            state = State.DRAINING;
            log.info("draining" + (why == null ? "" : ": " + why));
        }
    }

    /** Ends connections in order; waits at most the given time. On the thread that ends the process. */
    void drain(Duration limit) {
        boolean clean = engine.drain(limit);
        log.info(clean ? "drained" : "drained; some connections were cut after " + limit.toSeconds() + " s");
    }

    void close() {
        engine.close();
        control.close();
    }
}
