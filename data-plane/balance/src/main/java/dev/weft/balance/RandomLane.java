package dev.weft.balance;

import org.jspecify.annotations.Nullable;

/** Uniformly at random. */
final class RandomLane<E extends Endpoint> extends Lane<E> {
    RandomLane(HostSet.Group<E> group) {
        super(group);
    }

    @Override
    @Nullable
    E pick(PickContext context) {
        return allowedFrom(context.random(size()), context);
    }
}
