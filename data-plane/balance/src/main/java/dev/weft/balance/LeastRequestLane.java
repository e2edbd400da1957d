package dev.weft.balance;

import org.jspecify.annotations.Nullable;

/** The power of two (or more) choices by active requests. */
final class LeastRequestLane<E extends Endpoint> extends Lane<E> {
    private final int choices;
    private final int[] weights;
    private final @Nullable AliasTable draw; // null: all weights equal

    LeastRequestLane(HostSet.Group<E> group, int choices) {
        super(group);
        this.choices = choices;
        this.weights = group.weights();
        this.draw = uniform(weights) ? null : new AliasTable(weights);
    }

    @Override
    @Nullable
    E pick(PickContext context) {
        int n = size();
        if (n == 1) {
            return allowedFrom(0, context);
        }
        int best = -1;
        long bestActive = 0;
        for (int c = 0; c < choices; c++) {
            // With replacement, and the first of equals wins: as Envoy draws.
            int i = draw == null ? context.random(n) : draw.pick(context.random(n), context.random(AliasTable.SCALE));
            E host = host(i);
            if (!context.allows(host)) {
                continue;
            }
            long active = host.activeRequests();
            // active[i] / weight[i] < active[best] / weight[best], without dividing
            if (best < 0 || active * weights[best] < bestActive * weights[i]) {
                best = i;
                bestActive = active;
            }
        }
        return best >= 0 ? host(best) : allowedFrom(context.random(n), context);
    }
}
