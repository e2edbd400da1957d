package dev.weft.balance;

import org.jspecify.annotations.Nullable;

/**
 * Everything a balancer is told: how it chooses, how newcomers begin, and which subsets requests may ask for.
 *
 * @param slowStart null = newcomers have their whole share at once
 * @param subsets null = none
 */
public record Balancing(
        Policy policy,
        @Nullable SlowStart slowStart,
        @Nullable Subsets subsets) {
    /** Nothing but a policy. */
    public static Balancing of(Policy policy) {
        return new Balancing(policy, null, null);
    }
}
