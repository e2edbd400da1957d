package dev.weft.balance;

import org.jspecify.annotations.Nullable;

/** One way to a host: hosts and a policy, or several lanes with a share of the load each. */
abstract sealed class Lane<E extends Endpoint> permits HostLane, SplitLane {
    /** A host that has not been tried yet; null when there is none. Any loop; allocates nothing. */
    abstract @Nullable E pick(PickContext context);
}
