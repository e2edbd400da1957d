package dev.weft.balance;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Chooses a group of hosts by the load its priority carries, then a host of it by the policy. */
final class PriorityBalancer<E extends Endpoint> implements LoadBalancer<E> {
    private final Policy policy;
    private final HostSet<E> hosts;
    private final Lane<E>[] lanes;
    private final int[] cumulative; // load of the lanes up to and including i, in percent
    private final Turn turn;

    PriorityBalancer(Policy policy, HostSet<E> hosts, @Nullable Turn turn) {
        this.policy = policy;
        this.hosts = hosts;
        this.turn = turn == null ? new Turn() : turn;
        List<HostSet.Group<E>> groups = hosts.groups();
        @SuppressWarnings({"unchecked", "rawtypes"})
        Lane<E>[] made = new Lane[groups.size()];
        this.lanes = made;
        this.cumulative = new int[groups.size()];
        int sum = 0;
        for (int i = 0; i < made.length; i++) {
            made[i] = lane(policy, groups.get(i), this.turn);
            sum += groups.get(i).loadPercent();
            cumulative[i] = sum;
        }
    }

    private static <E extends Endpoint> Lane<E> lane(Policy policy, HostSet.Group<E> group, Turn turn) {
        if (policy instanceof Policy.LeastRequest least) {
            return new LeastRequestLane<>(group, least.choiceCount());
        }
        return policy instanceof Policy.RoundRobin ? new RoundRobinLane<>(group, turn) : new RandomLane<>(group);
    }

    @Override
    public @Nullable E pick(PickContext context) {
        int chosen = chooseLane(context);
        if (chosen < 0) {
            return null;
        }
        E host = lanes[chosen].pick(context);
        // All of that group tried already: any other group that carries load, then any group at all.
        for (int i = 0; host == null && i < lanes.length; i++) {
            host = i == chosen ? null : lanes[i].pick(context);
        }
        return host;
    }

    private int chooseLane(PickContext context) {
        int last = cumulative.length - 1;
        if (last <= 0 || cumulative[0] == 100) {
            return last < 0 || cumulative[last] == 0 ? -1 : 0;
        }
        int point = context.random(100);
        for (int i = 0; i < last; i++) {
            if (point < cumulative[i]) {
                return i;
            }
        }
        return cumulative[last] == 0 ? -1 : last;
    }

    @Override
    public LoadBalancer<E> withHosts(HostSet<E> next) {
        return next == hosts ? this : new PriorityBalancer<>(policy, next, turn);
    }

    @Override
    public HostSet<E> hosts() {
        return hosts;
    }
}
