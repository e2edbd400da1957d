package dev.weft.balance;

import dev.weft.base.Address;
import dev.weft.base.Locality;
import dev.weft.base.Ticker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint of a cluster as a balancer sees it; {@code upstream} extends it with its pools and metadata. The object
 * is the endpoint's state: who changes the membership keeps it for an endpoint that stays.
 *
 * <p>Threads: weight, priority and locality are written by the control thread, each health flag by its source; they take
 * effect with the next {@link HostSet}. The number of active requests is shared by all loops.
 */
public class Endpoint {
    private static final VarHandle ACTIVE;
    private static final VarHandle FLAGS;

    static {
        try {
            ACTIVE = MethodHandles.lookup().findVarHandle(Endpoint.class, "active", int.class);
            FLAGS = MethodHandles.lookup().findVarHandle(Endpoint.class, "flags", int.class);
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
    private final Ticker ticker;
    private volatile int weight = 1;
    private volatile int priority;
    private volatile Locality locality = Locality.UNKNOWN;
    private volatile long healthySince;
    private volatile @Nullable Latency latency; // where a policy wants it

    @SuppressWarnings("UnusedVariable") // through FLAGS
    private volatile int flags; // HealthFlag.bit of each that is set

    @SuppressWarnings("UnusedVariable") // through ACTIVE
    private volatile int active;

    public Endpoint(Address address) {
        this(address, Ticker.SYSTEM);
    }

    /** @param ticker tells how long it has been healthy */
    public Endpoint(Address address, Ticker ticker) {
        this.address = address;
        this.ticker = ticker;
        this.healthySince = ticker.nanos();
    }

    public final Address address() {
        return address;
    }

    /** What consistent hashing knows it by; endpoints of the same key are one to it. */
    public String hashKey() {
        return address.toString();
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

    /** What subsets are made by (xDS metadata {@code envoy.lb}): texts, numbers, booleans, lists of them. */
    public Map<String, @Nullable Object> labels() {
        return Map.of();
    }

    /** Where it runs. */
    public final Locality locality() {
        return locality;
    }

    public final void locality(Locality value) {
        locality = value;
    }

    /** What all {@linkplain HealthFlag sources} together say of it. */
    public final Health health() {
        return HealthFlag.health(flags);
    }

    /** Whether it is left out when the share of healthy ones in its priority is worked out. */
    public final boolean isExcluded() {
        return HealthFlag.isExcluded(flags);
    }

    public final boolean has(HealthFlag flag) {
        return (flags & flag.bit()) != 0;
    }

    /** Sets or clears a flag for its source. Any thread; takes effect with the next {@link HostSet}. */
    public final void flag(HealthFlag flag, boolean isSet) {
        int bit = flag.bit();
        int before = (int) (isSet ? FLAGS.getAndBitwiseOr(this, bit) : FLAGS.getAndBitwiseAnd(this, ~bit));
        int after = isSet ? before | bit : before & ~bit;
        if (HealthFlag.health(before) != Health.HEALTHY && HealthFlag.health(after) == Health.HEALTHY) {
            healthySince = ticker.nanos();
        }
    }

    /** What the control plane says of it. */
    public final void health(Health value) {
        flag(HealthFlag.FAILED_EDS_HEALTH, value == Health.UNHEALTHY);
        flag(HealthFlag.DEGRADED_EDS_HEALTH, value == Health.DEGRADED);
    }

    /** When it came, or became healthy the last time; by its ticker. */
    final long healthySince() {
        return healthySince;
    }

    final long healthyForNanos() {
        return ticker.nanos() - healthySince;
    }

    /** Has latencies measured from now on; what was measured is kept. Control thread. */
    final Latency measure(long decayNanos) {
        Latency known = latency;
        if (known == null || known.decayNanos() != decayNanos) {
            known = new Latency(decayNanos, ticker.nanos());
            latency = known;
        }
        return known;
    }

    /** Whether a policy looks at how long its requests take. */
    public final boolean isMeasured() {
        return latency != null;
    }

    /**
     * A request was answered after that many nanoseconds. Any loop.
     *
     * @param now by the endpoint's ticker
     */
    public final void answered(long nanos, long now) {
        Latency known = latency;
        if (known != null) {
            known.measured(nanos, now);
        }
    }

    /** A request was given up after that many nanoseconds without an answer. Any loop. */
    public final void unanswered(long nanos, long now) {
        Latency known = latency;
        if (known != null) {
            known.atLeast(nanos, now);
        }
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
