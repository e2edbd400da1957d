package dev.weft.balance;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a pick depends on besides the hosts: a source of randomness and the endpoints this request has already tried.
 * Confined to one loop; one per request, or one per loop that is {@link #reset} before each.
 */
public final class PickContext {
    private final RandomGenerator random;
    private @Nullable Endpoint[] tried = new Endpoint[4];
    private int triedCount;

    /** @param random the loop's own; its {@code nextInt} must not allocate ({@link java.util.SplittableRandom} does not) */
    public PickContext(RandomGenerator random) {
        this.random = random;
    }

    /** Forgets the endpoints of the request before. */
    public PickContext reset() {
        Arrays.fill(tried, 0, triedCount, null);
        triedCount = 0;
        return this;
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

    boolean allows(Endpoint endpoint) {
        for (int i = 0; i < triedCount; i++) {
            if (tried[i] == endpoint) {
                return false;
            }
        }
        return true;
    }

    /** Uniform in [0, bound). */
    int random(int bound) {
        return bound == 1 ? 0 : random.nextInt(bound);
    }
}
