package dev.weft.balance;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** At random: uniformly, or in proportion to weights. */
final class RandomLane<E extends Endpoint> extends HostLane<E> {
    private final @Nullable AliasTable draw; // null: all alike

    /** @param weights null = all alike */
    RandomLane(List<E> hosts, double @Nullable [] weights, @Nullable SlowStart slowStart) {
        super(hosts, slowStart);
        this.draw = weights == null || uniform(weights) ? null : new AliasTable(weights);
    }

    @Override
    @Nullable
    E choose(PickContext context) {
        int column = context.random(size());
        return allowedFrom(draw == null ? column : draw.pick(column, context.random(AliasTable.SCALE)), context);
    }
}
