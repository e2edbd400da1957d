package dev.weft.balance;

import java.util.EnumSet;
import java.util.Set;

/**
 * Decides what is done about overload: each action begins when a resource it eases reaches the action's threshold, and ends
 * when all of them have fallen {@link #MARGIN} below it, so that a value at a threshold does not switch it on and off.
 *
 * <p>Knows no clock and reads nothing. Confined to one thread.
 */
public final class OverloadState {
    /** How far below its threshold an action ends: less than the step between two actions' effects on a small proxy. */
    static final double MARGIN = 0.03;

    private final double[] pressures = new double[OverloadResource.values().length];
    private final EnumSet<OverloadAction> active = EnumSet.noneOf(OverloadAction.class);

    /** Says how much of a resource is taken: 0 = nothing or without limit, 1 = all. In force with the next {@link #settle}. */
    public void pressure(OverloadResource resource, double taken) {
        pressures[resource.ordinal()] = taken;
    }

    public double pressure(OverloadResource resource) {
        return pressures[resource.ordinal()];
    }

    /** Decides anew; returns whether anything has changed. */
    public boolean settle() {
        boolean changed = false;
        for (OverloadAction action : OverloadAction.values()) {
            double highest = pressure(worst(action));
            if (highest >= action.threshold()) {
                changed |= active.add(action);
            } else if (highest < action.threshold() - MARGIN) {
                changed |= active.remove(action);
            }
        }
        return changed;
    }

    /** What is to be done now; a copy. */
    public Set<OverloadAction> active() {
        return EnumSet.copyOf(active);
    }

    /** Of the resources an action eases the one under the highest pressure. */
    public OverloadResource worst(OverloadAction action) {
        OverloadResource worst = OverloadResource.HEAP;
        for (OverloadResource resource : OverloadResource.values()) {
            boolean eased = action != OverloadAction.SHED || resource.isEasedByShedding();
            if (eased && pressure(resource) > pressure(worst)) {
                worst = resource;
            }
        }
        return worst;
    }
}
