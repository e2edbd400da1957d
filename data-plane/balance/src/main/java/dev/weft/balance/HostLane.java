package dev.weft.balance;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hosts and the policy that chooses among them. At least one host. */
abstract sealed class HostLane<E extends Endpoint> extends Lane<E>
        permits RoundRobinLane, RandomLane, LeastRequestLane, PeakEwmaLane, HashLane {
    private final Endpoint[] hosts;
    private @Nullable Warmup warmup; // while some host warms up; loops may see the end of it later than others

    HostLane(List<E> hosts, @Nullable SlowStart slowStart) {
        this.hosts = hosts.toArray(new Endpoint[0]);
        this.warmup = Warmup.of(slowStart, hosts);
    }

    /** What the policy chooses, whatever warms up; null when all have been tried. */
    abstract @Nullable E choose(PickContext context);

    @Override
    @Nullable
    E pick(PickContext context) {
        E host = choose(context);
        Warmup warming = warmup;
        return warming == null || host == null ? host : admitted(host, warming, context);
    }

    private @Nullable E admitted(E first, Warmup warming, PickContext context) {
        E host = first;
        long now = context.nanos();
        if (warming.isOver(now)) {
            warmup = null;
            return host;
        }
        for (int i = 0; i < Warmup.TRIES && host != null && !warming.admits(host, context.coin(), now); i++) {
            host = choose(context);
        }
        return host;
    }

    final @Nullable Warmup warmup() {
        return warmup;
    }

    final int size() {
        return hosts.length;
    }

    @SuppressWarnings("unchecked")
    final E host(int i) {
        return (E) hosts[i];
    }

    /** The host at {@code i} or the next one after it (cyclically) that has not been tried; null when all have. */
    final @Nullable E allowedFrom(int i, PickContext context) {
        if (context.excluded() == 0) {
            return host(i);
        }
        for (int step = 0; step < hosts.length; step++) {
            int at = i + step < hosts.length ? i + step : i + step - hosts.length;
            if (context.allows(hosts[at])) {
                return host(at);
            }
        }
        return null;
    }

    /** Whether all weights are the same, so that they can be ignored. */
    static boolean uniform(double[] weights) {
        for (double weight : weights) {
            if (weight != weights[0]) {
                return false;
            }
        }
        return true;
    }
}
