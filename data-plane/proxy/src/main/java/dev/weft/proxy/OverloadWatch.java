package dev.weft.proxy;

import dev.weft.balance.OverloadAction;
import dev.weft.balance.OverloadResource;
import dev.weft.balance.OverloadState;
import dev.weft.base.Log;
import dev.weft.proxycore.Engine;
import dev.weft.stats.Gauge;
import dev.weft.stats.StatsRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;

/**
 * Keeps the proxy from running out of anything: looks at what there is, lets {@link OverloadState} decide, and has the
 * engine do it. Needs no configuration (requirement R43). Admin pages, readiness and metrics are other servers: they answer
 * whatever happens.
 *
 * <p>Confined to the control thread.
 */
final class OverloadWatch {
    /** Between two looks: Envoy's refresh_interval in its examples. */
    static final int PERIOD_MILLIS = 250;

    private static final int LOOKS_PER_SWEEP = 4;

    private final Map<OverloadResource, Pressure> sources;
    private final Engine engine;
    private final Log log;
    private final OverloadState state = new OverloadState();
    private final Map<OverloadResource, Gauge> pressures = new EnumMap<>(OverloadResource.class);
    private final Map<OverloadAction, Gauge> actions = new EnumMap<>(OverloadAction.class);
    private final Set<OverloadResource> unreadable = EnumSet.noneOf(OverloadResource.class);
    private int looks;

    OverloadWatch(Map<OverloadResource, Pressure> sources, Engine engine, StatsRegistry stats, Log log) {
        this.sources = sources;
        this.engine = engine;
        this.log = log;
        for (OverloadResource resource : sources.keySet()) {
            pressures.put(
                    resource,
                    stats.gauge(
                            "weft_overload_pressure", "How much is taken, in percent", "resource", resource.label()));
        }
        for (OverloadAction action : OverloadAction.values()) {
            actions.put(action, stats.gauge("weft_overload_active", "1 while it is done", "action", action.label()));
        }
    }

    /** Over the resources of this process; what the kernel does not tell is not watched. */
    static OverloadWatch ofThisProcess(Engine engine, StatsRegistry stats, Log log) {
        Map<OverloadResource, Pressure> sources = new EnumMap<>(OverloadResource.class);
        sources.put(OverloadResource.HEAP, HeapPressure.ofThisProcess());
        if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider allocator) {
            sources.put(OverloadResource.DIRECT_MEMORY, DirectMemoryPressure.ofThisProcess(allocator.metric()));
        }
        try {
            sources.put(
                    OverloadResource.CGROUP_MEMORY,
                    new CgroupPressure(Path.of("/proc/self/cgroup"), Path.of("/sys/fs/cgroup")));
        } catch (IOException e) {
            log.warn("control group not known, its memory is not watched: " + e);
        }
        try {
            OpenFiles files = new OpenFiles(Path.of("/proc/self/limits"), Path.of("/proc/self/fd"));
            int most = files.maxConnections();
            engine.maxConnections(most);
            engine.maxDescriptor(files.maxDescriptor());
            sources.put(OverloadResource.OPEN_FILES, files);
            sources.put(OverloadResource.CONNECTIONS, () -> (double) engine.accepted() / most);
        } catch (IOException e) {
            log.warn("limit of descriptors not known, they are not watched: " + e);
        }
        return new OverloadWatch(sources, engine, stats, log);
    }

    /** Looks and acts. Throws nothing, or nobody would look again. */
    void look() {
        sources.forEach(this::sample);
        Set<OverloadAction> before = state.active();
        if (state.settle()) {
            Set<OverloadAction> now = state.active();
            engine.overload(now);
            for (OverloadAction action : OverloadAction.values()) {
                Objects.requireNonNull(actions.get(action)).set(0, now.contains(action) ? 1 : 0);
                if (now.contains(action) != before.contains(action)) {
                    tell(action, now.contains(action));
                }
            }
            looks = 0;
        }
        if (state.active().contains(OverloadAction.CLOSE_IDLE) && looks++ % LOOKS_PER_SWEEP == 0) {
            engine.closeUnusedConnections();
        }
    }

    private void sample(OverloadResource resource, Pressure source) {
        double taken;
        try {
            taken = source.sample();
            unreadable.remove(resource);
        } catch (IOException | RuntimeException e) {
            // The last value holds: without descriptors files cannot be read, and that is no relief.
            if (unreadable.add(resource)) {
                log.warn("cannot tell how much of " + resource.label() + " is taken: " + e);
            }
            return;
        }
        state.pressure(resource, taken);
        Objects.requireNonNull(pressures.get(resource)).set(0, Math.round(taken * 100));
    }

    private void tell(OverloadAction action, boolean begins) {
        StringJoiner taken = new StringJoiner(", ");
        for (OverloadResource resource : sources.keySet()) {
            taken.add(resource.label() + " " + Math.round(state.pressure(resource) * 100) + " %");
        }
        String what = action.label() + (begins ? " begins (" : " ends (") + taken + ")";
        if (begins) {
            log.warn(what);
        } else {
            log.info(what);
        }
    }
}
