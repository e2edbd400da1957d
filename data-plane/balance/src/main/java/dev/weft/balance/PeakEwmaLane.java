package dev.weft.balance;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Of two different hosts drawn at random the one with the lower latency × (active requests + 1), per weight. */
final class PeakEwmaLane<E extends Endpoint> extends HostLane<E> {
    /**
     * For a host that has requests under way and has answered none yet: behind every other (Finagle's penalty). Without
     * requests under way it costs nothing, so that it gets one.
     */
    private static final double UNKNOWN = Long.MAX_VALUE >> 16;

    private final Latency[] latencies;
    private final double[] weights;
    private final @Nullable AliasTable draw; // null: all weights equal

    PeakEwmaLane(List<E> hosts, double[] weights, @Nullable SlowStart slowStart, long decayNanos) {
        super(hosts, slowStart);
        this.latencies = hosts.stream().map(host -> host.measure(decayNanos)).toArray(Latency[]::new);
        this.weights = weights;
        this.draw = uniform(weights) ? null : new AliasTable(weights);
    }

    @Override
    @Nullable
    E choose(PickContext context) {
        int n = size();
        if (n == 1) {
            return allowedFrom(0, context);
        }
        int a = draw(context);
        int b = draw(context);
        if (a == b) {
            b = a + 1 == n ? 0 : a + 1;
        }
        boolean first = context.allows(host(a));
        if (first && context.allows(host(b))) {
            long now = context.nanos();
            return cost(a, now) <= cost(b, now) ? host(a) : host(b);
        }
        return allowedFrom(first ? a : b, context);
    }

    private int draw(PickContext context) {
        int column = context.random(size());
        return draw == null ? column : draw.pick(column, context.random(AliasTable.SCALE));
    }

    private double cost(int i, long now) {
        int active = host(i).activeRequests();
        double latency = latencies[i].at(now);
        return latency == 0 && active > 0 ? UNKNOWN + active : latency * (active + 1) / weights[i];
    }
}
