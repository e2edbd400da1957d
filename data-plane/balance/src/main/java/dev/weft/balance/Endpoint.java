package dev.weft.balance;

import dev.weft.base.Address;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One endpoint of a cluster as a balancer sees it; {@code upstream} extends it with its pools and metadata. The object
 * is the endpoint's state: who changes the membership keeps it for an endpoint that stays.
 *
 * <p>Threads: weight, priority and health are written by the control thread and take effect with the next
 * {@link HostSet}; the number of active requests is shared by all loops.
 */
public class Endpoint {
    private static final VarHandle ACTIVE;

    static {
        try {
            ACTIVE = MethodHandles.lookup().findVarHandle(Endpoint.class, "active", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Whether an endpoint should get requests. */
    public enum Health {
        HEALTHY,
        /** Used once the healthy ones cannot carry the load (xDS {@code DEGRADED}). */
        DEGRADED,
        /** Failing checks, draining or ejected: used only in panic. */
        UNHEALTHY
    }

    private final Address address;
    private volatile int weight = 1;
    private volatile int priority;
    private volatile Health health = Health.HEALTHY;

    @SuppressWarnings("UnusedVariable") // through ACTIVE
    private volatile int active;

    public Endpoint(Address address) {
        this.address = address;
    }

    public final Address address() {
        return address;
    }

    /** Share of requests relative to its neighbours, at least 1. */
    public final int weight() {
        return weight;
    }

    public final void weight(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("weight must be positive: " + value);
        }
        weight = value;
    }

    /** Priority level from 0 (first) on. */
    public final int priority() {
        return priority;
    }

    public final void priority(int value) {
        if (value < 0 || value > 128) { // xDS: LocalityLbEndpoints.priority <= 128
            throw new IllegalArgumentException("priority out of range: " + value);
        }
        priority = value;
    }

    public final Health health() {
        return health;
    }

    public final void health(Health value) {
        health = value;
    }

    /** Requests (or opaque connections) now under way on all loops. */
    public final int activeRequests() {
        return (int) ACTIVE.getOpaque(this);
    }

    /** One more request under way. Any loop. */
    public final void requestStarted() {
        ACTIVE.getAndAdd(this, 1);
    }

    /** The counterpart of {@link #requestStarted}, exactly once per start. */
    public final void requestEnded() {
        ACTIVE.getAndAdd(this, -1);
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
