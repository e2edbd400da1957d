package dev.weft.balance;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the lanes of a host set for a policy. */
final class Lanes {
    private final Policy policy;
    private final @Nullable SlowStart slowStart;
    private final Turns turns;

    Lanes(Policy policy, @Nullable SlowStart slowStart, Turns turns) {
        this.policy = policy;
        this.slowStart = slowStart;
        this.turns = turns;
    }

    /** Null when the group has no host to give. */
    <E extends Endpoint> @Nullable Lane<E> of(HostSet.Group<E> group) {
        List<HostSet.Part<E>> parts = group.parts();
        if (policy.isHashing()) {
            Choice<E> choice = Choice.flat(parts);
            return choice.hosts().isEmpty() ? null : of(choice, policy, new Turn());
        }
        @SuppressWarnings({"unchecked", "rawtypes"})
        Lane<E>[] lanes = new Lane[parts.size()];
        double[] shares = new double[lanes.length];
        for (int i = 0; i < lanes.length; i++) {
            HostSet.Part<E> part = parts.get(i);
            Turn turn = turns.of(group.priority(), group.degraded(), part.locality());
            lanes[i] = of(Choice.of(part.hosts()), policy, turn);
            shares[i] = part.share();
        }
        return switch (lanes.length) {
            case 0 -> null;
            case 1 -> lanes[0];
            default -> new SplitLane<>(lanes, shares);
        };
    }

    private <E extends Endpoint> Lane<E> of(Choice<E> choice, Policy by, Turn turn) {
        List<E> hosts = choice.hosts();
        double[] weights = choice.weights();
        // no switch over types: the first one a process links costs its start more than all of this
        if (by instanceof Policy.LeastRequest least) {
            return new LeastRequestLane<>(hosts, weights, slowStart, least.choiceCount());
        }
        if (by instanceof Policy.Random) {
            return new RandomLane<>(hosts, null, slowStart);
        }
        if (by instanceof Policy.PeakEwma ewma) {
            return new PeakEwmaLane<>(hosts, weights, slowStart, ewma.decayNanos());
        }
        if (by instanceof Policy.RingHash ring) {
            return new HashLane<>(hosts, weights, slowStart, (keys, shares) -> HashRing.of(keys, shares, ring));
        }
        if (by instanceof Policy.Maglev maglev) {
            return new HashLane<>(
                    hosts, weights, slowStart, (keys, shares) -> MaglevTable.of(keys, shares, maglev.tableSize()));
        }
        if (by instanceof Policy.Aperture aperture) {
            Choice<E> seen = choice.through(aperture);
            // What is seen in part must weigh less, also where the inner policy heeds no weights.
            return aperture.inner() instanceof Policy.Random
                    ? new RandomLane<>(seen.hosts(), seen.weights(), slowStart)
                    : of(seen, aperture.inner(), turn);
        }
        return new RoundRobinLane<>(hosts, weights, slowStart, turn);
    }
}
