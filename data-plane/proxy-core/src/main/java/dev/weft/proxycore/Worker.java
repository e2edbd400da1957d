package dev.weft.proxycore;

import dev.weft.net.Loop;
import dev.weft.upstream.UpstreamLoop;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/** One event loop of an engine and the downstream connections on it. Confined to the loop. */
final class Worker {
    private final Loop loop;
    private final UpstreamLoop upstream;
    private final Set<DownstreamConnection> connections = Collections.newSetFromMap(new IdentityHashMap<>());
    private final RequestIds requestIds;
    private final MirrorBudget mirrors = new MirrorBudget();
    private final Map<LogWriter.Output, LoopLog> logs = new IdentityHashMap<>();
    private final Map<ListenerRuntime, Patience> patiences = new WeakHashMap<>(); // until the listener is replaced

    /** @param loops how many the process has */
    Worker(Loop loop, int loops) {
        this.loop = loop;
        this.upstream = new UpstreamLoop(loop, loops);
        this.requestIds = new RequestIds(loop.random());
    }

    Loop loop() {
        return loop;
    }

    int cell() {
        return loop.cell();
    }

    UpstreamLoop upstream() {
        return upstream;
    }

    RequestIds requestIds() {
        return requestIds;
    }

    MirrorBudget mirrors() {
        return mirrors;
    }

    /** This loop's lines for an output. */
    LoopLog log(LogWriter.Output output) {
        LoopLog log = logs.get(output);
        if (log == null) {
            log = new LoopLog(upstream.timers(), output);
            logs.put(output, log);
        }
        return log;
    }

    /** Gives the lines there are to the writer's thread. On the loop, or once it has ended. */
    void handOverLogs() {
        logs.values().forEach(LoopLog::handOver);
    }

    /** What the clients of this listener have taught this loop. */
    Patience patience(ListenerRuntime listener) {
        return patiences.computeIfAbsent(listener, key -> new Patience());
    }

    void opened(DownstreamConnection connection) {
        connections.add(connection);
    }

    void closed(DownstreamConnection connection) {
        connections.remove(connection);
    }

    Set<DownstreamConnection> connections() {
        return connections;
    }
}
