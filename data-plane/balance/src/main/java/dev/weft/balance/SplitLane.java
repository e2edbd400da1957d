package dev.weft.balance;

import org.jspecify.annotations.Nullable;

/** Lanes (a locality's each) that get a fixed share of the picks. */
final class SplitLane<E extends Endpoint> extends Lane<E> {
    private final Lane<E>[] lanes;
    private final AliasTable draw;

    /** @param shares none negative, at least one positive */
    SplitLane(Lane<E>[] lanes, double[] shares) {
        this.lanes = lanes;
        this.draw = new AliasTable(shares);
    }

    @Override
    @Nullable
    E pick(PickContext context) {
        int chosen = draw.pick(context.random(lanes.length), context.random(AliasTable.SCALE));
        E host = lanes[chosen].pick(context);
        for (int i = 0; host == null && i < lanes.length; i++) { // all there tried already
            host = i == chosen ? null : lanes[i].pick(context);
        }
        return host;
    }
}
