package dev.weft.balance;

import org.jspecify.annotations.Nullable;

/** Chooses an endpoint per attempt. Immutable but for counters that all loops share. */
public interface LoadBalancer<E extends Endpoint> {
    /**
     * An endpoint for one attempt, or null when none may be used (there is none, or all are excluded). Any loop may call;
     * never blocks or allocates.
     */
    @Nullable
    E pick(PickContext context);

    /** The balancer to use once the hosts are these; it goes on where this one stands. One caller at a time. */
    LoadBalancer<E> withHosts(HostSet<E> hosts);

    /** The hosts this balancer chooses from. */
    HostSet<E> hosts();

    /** A new balancer. */
    static <E extends Endpoint> LoadBalancer<E> of(Policy policy, HostSet<E> hosts) {
        return of(Balancing.of(policy), hosts);
    }

    /** A new balancer. */
    static <E extends Endpoint> LoadBalancer<E> of(Balancing balancing, HostSet<E> hosts) {
        Subsets subsets = balancing.subsets();
        return subsets == null
                ? new PriorityBalancer<>(balancing, hosts, new Turns())
                : SubsetBalancer.of(subsets, balancing, hosts);
    }
}
