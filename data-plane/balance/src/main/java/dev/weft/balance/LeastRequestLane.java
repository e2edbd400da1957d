package dev.weft.balance;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The power of two (or more) choices by active requests. */
final class LeastRequestLane<E extends Endpoint> extends HostLane<E> {
    private final int choices;
    private final double[] weights;
    private final @Nullable AliasTable draw; // null: all weights equal

    LeastRequestLane(List<E> hosts, double[] weights, @Nullable SlowStart slowStart, int choices) {
        super(hosts, slowStart);
        this.choices = choices;
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
        int best = -1;
        int bestActive = 0;
        for (int c = 0; c < choices; c++) {
            // With replacement, and the first of equals wins: as Envoy draws.
            int i = draw == null ? context.random(n) : draw.pick(context.random(n), context.random(AliasTable.SCALE));
            E host = host(i);
            if (!context.allows(host)) {
                continue;
            }
            int active = host.activeRequests();
            // active[i] / weight[i] < active[best] / weight[best], without dividing
            if (best < 0 || active * weights[best] < bestActive * weights[i]) {
                best = i;
                bestActive = active;
            }
        }
        return best >= 0 ? host(best) : allowedFrom(context.random(n), context);
    }
}
