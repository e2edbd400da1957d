package dev.weft.balance;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Chooses a group of hosts by the load its priority carries, then a host of it by the policy. */
final class PriorityBalancer<E extends Endpoint> implements LoadBalancer<E> {
    private static final int WHOLE = 100;

    private final Balancing balancing;
    private final HostSet<E> hosts;
    private final Turns turns;
    private final boolean hashing;
    private final @Nullable Lane<E>[] lanes;
    private final int[] cumulative; // load of the lanes up to and including i, in percent

    PriorityBalancer(Balancing balancing, HostSet<E> hosts, Turns turns) {
        this.balancing = balancing;
        this.hosts = hosts;
        this.turns = turns;
        this.hashing = balancing.policy().isHashing();
        Lanes making = new Lanes(balancing.policy(), balancing.slowStart(), turns);
        List<HostSet.Group<E>> groups = hosts.groups();
        @SuppressWarnings({"unchecked", "rawtypes"})
        @Nullable
        Lane<E>[] made = new Lane[groups.size()];
        this.lanes = made;
        this.cumulative = new int[groups.size()];
        int sum = 0;
        for (int i = 0; i < made.length; i++) {
            made[i] = making.of(groups.get(i));
            sum += groups.get(i).loadPercent();
            cumulative[i] = sum;
        }
    }

    @Override
    public @Nullable E pick(PickContext context) {
        int chosen = chooseLane(context);
        Lane<E> lane = chosen < 0 ? null : lanes[chosen];
        if (lane == null) {
            return null;
        }
        E host = lane.pick(context);
        // All of that group tried already: any other group that carries load, then any group at all.
        for (int i = 0; host == null && i < lanes.length; i++) {
            Lane<E> other = lanes[i];
            host = i == chosen || other == null ? null : other.pick(context);
        }
        return host;
    }

    private int chooseLane(PickContext context) {
        int last = cumulative.length - 1;
        if (last <= 0 || cumulative[0] == WHOLE) {
            return last < 0 || cumulative[last] == 0 ? -1 : 0;
        }
        // By the hash where there is one: a key stays at its priority, and the same one as in Envoy.
        int point = hashing ? (int) Long.remainderUnsigned(context.hash(), WHOLE) : context.random(WHOLE);
        for (int i = 0; i < last; i++) {
            if (point < cumulative[i]) {
                return i;
            }
        }
        return cumulative[last] == 0 ? -1 : last;
    }

    @Override
    public LoadBalancer<E> withHosts(HostSet<E> next) {
        return next == hosts ? this : new PriorityBalancer<>(balancing, next, turns);
    }

    @Override
    public HostSet<E> hosts() {
        return hosts;
    }
}
