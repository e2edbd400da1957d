package dev.weft.xdsmodel;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** By which rule an endpoint is chosen among those that may be. */
public sealed interface LbPolicy {
    /** {@code ROUND_ROBIN}: in turn. */
    record RoundRobin() implements LbPolicy {}

    /** {@code RANDOM}: any, whatever its weight. */
    record Random() implements LbPolicy {}

    /**
     * {@code LEAST_REQUEST}: the least busy of some drawn at random.
     *
     * @param choiceCount at least 2; default 2
     */
    record LeastRequest(int choiceCount) implements LbPolicy {}

    /** What a ring's points are hashed with. */
    enum HashFunction {
        XX_HASH,
        MURMUR_HASH_2
    }

    /**
     * {@code RING_HASH}.
     *
     * @param minimumRingSize default 1024
     * @param maximumRingSize default 8 Mi
     * @param useHostname whether an endpoint is known by its hostname instead of its address
     */
    record RingHash(long minimumRingSize, long maximumRingSize, HashFunction function, boolean useHostname)
            implements LbPolicy {}

    /**
     * {@code MAGLEV}.
     *
     * @param tableSize a prime; default 65537
     * @param useHostname whether an endpoint is known by its hostname instead of its address
     */
    record Maglev(int tableSize, boolean useHostname) implements LbPolicy {}

    /**
     * {@code weft.dev.PeakEwma}: the lower latency × requests under way, of two drawn at random.
     *
     * @param decayTime how long a measurement counts; default 10 s
     */
    record PeakEwma(Duration decayTime) implements LbPolicy {}

    /**
     * {@code weft.dev.Aperture}: only some endpoints, and among these by the next policy of the list.
     *
     * @param size how many; default 12
     * @param coordinate this proxy's place on the ring, in [0, 1); null = by a hash of its node id
     */
    record Aperture(int size, @Nullable Double coordinate, LbPolicy inner) implements LbPolicy {}

    /** {@code CLUSTER_PROVIDED}: the connection's original destination. Only with ORIGINAL_DST. */
    record ClusterProvided() implements LbPolicy {}
}
