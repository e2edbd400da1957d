package dev.weft.balance;

import dev.weft.base.Address;
import dev.weft.base.Ticker;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a pick depends on besides the hosts: a source of randomness, the endpoints this request has already tried, and what
 * the request itself asks for.
 * Confined to one loop; one per request, or one per loop that is {@link #reset} before each.
 */
public final class PickContext {
    private final RandomGenerator random;
    private final Ticker ticker;
    private @Nullable Endpoint[] tried = new Endpoint[4];
    private int triedCount;
    private @Nullable Address overrideHost;
    private boolean overrideStrict;
    private @Nullable SubsetKey subset;
    private boolean timed;
    private long time;
    private boolean hashed;
    private long hash;

    /** @param random the loop's own; its {@code nextInt} must not allocate ({@link java.util.SplittableRandom} does not) */
    public PickContext(RandomGenerator random) {
        this(random, Ticker.SYSTEM);
    }

    /** @param ticker the endpoints' own */
    public PickContext(RandomGenerator random, Ticker ticker) {
        this.random = random;
        this.ticker = ticker;
    }

    /** Forgets the endpoints of the request before. */
    public PickContext reset() {
        Arrays.fill(tried, 0, triedCount, null);
        triedCount = 0;
        overrideHost = null;
        subset = null;
        timed = false;
        hashed = false;
        return this;
    }

    /** Says what time it is by the ticker, where the caller knows: to ask a clock may cost more than the pick. */
    public void at(long nanos) {
        time = nanos;
        timed = true;
    }

    /** The hash of the request, for policies that choose by it. */
    public void hash(long value) {
        hash = value;
        hashed = true;
    }

    /**
     * Asks for the endpoint of this address (a session that is bound to it), if it may be used.
     *
     * @param strict whether no other endpoint will do: without it the pick finds none
     */
    public void overrideHost(Address address, boolean strict) {
        overrideHost = address;
        overrideStrict = strict;
    }

    /** Which endpoint is asked for; null = whichever the policy chooses. */
    public @Nullable Address overrideHost() {
        return overrideHost;
    }

    /** Whether the endpoint that is asked for is the only one that will do. */
    public boolean isOverrideStrict() {
        return overrideHost != null && overrideStrict;
    }

    /** No further pick of this request shall return the endpoint. */
    public void exclude(Endpoint endpoint) {
        if (triedCount == tried.length) {
            tried = Arrays.copyOf(tried, triedCount * 2);
        }
        tried[triedCount++] = endpoint;
    }

    /** How many endpoints are excluded. */
    public int excluded() {
        return triedCount;
    }

    /** Whether the endpoint has not been tried yet. */
    public boolean allows(Endpoint endpoint) {
        for (int i = 0; i < triedCount; i++) {
            if (tried[i] == endpoint) {
                return false;
            }
        }
        return true;
    }

    /** Asks for a host of this subset, in clusters that have subsets. */
    public void subset(@Nullable SubsetKey key) {
        subset = key;
    }

    @Nullable
    SubsetKey subset() {
        return subset;
    }

    /** The hash of the request; a random one where it has none, the same until {@link #reset}. */
    long hash() {
        if (!hashed) {
            hash(random.nextLong());
        }
        return hash;
    }

    /** The time by the ticker. */
    long nanos() {
        return timed ? time : ticker.nanos();
    }

    /** Uniform in [0, 1). */
    double coin() {
        return random.nextDouble();
    }

    /** Uniform in [0, bound). */
    int random(int bound) {
        return bound == 1 ? 0 : random.nextInt(bound);
    }
}
