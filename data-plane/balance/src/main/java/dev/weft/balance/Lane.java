package dev.weft.balance;

import org.jspecify.annotations.Nullable;

/** The hosts of one group and the way to choose among them. At least one host. */
abstract sealed class Lane<E extends Endpoint> permits RoundRobinLane, RandomLane, LeastRequestLane {
    private final Endpoint[] hosts;

    Lane(HostSet.Group<E> group) {
        this.hosts = group.hosts().toArray(new Endpoint[0]);
    }

    abstract @Nullable E pick(PickContext context);

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
    static boolean uniform(int[] weights) {
        for (int weight : weights) {
            if (weight != weights[0]) {
                return false;
            }
        }
        return true;
    }
}
