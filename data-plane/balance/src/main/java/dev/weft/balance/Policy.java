package dev.weft.balance;

/** How a balancer chooses among the hosts of a priority. */
public sealed interface Policy {
    /** In turn; hosts of weight n get n turns. */
    record RoundRobin() implements Policy {}

    /** Uniformly at random. Weights are ignored, as Envoy's RANDOM does. */
    record Random() implements Policy {}

    /**
     * The one with the fewest active requests among {@code choiceCount} drawn at random (the power of two choices).
     *
     * <p>With unequal weights hosts are drawn in proportion to their weight and compared by active requests per weight.
     * Envoy instead runs a schedule whose weights it divides by the active requests; idle and loaded hosts get the same
     * long-run share in both.
     *
     * @param choiceCount at least 2; Envoy's default is 2
     */
    record LeastRequest(int choiceCount) implements Policy {
        public LeastRequest {
            if (choiceCount < 2) {
                throw new IllegalArgumentException("choice_count must be at least 2: " + choiceCount);
            }
        }
    }

    /**
     * Of two drawn at random the one that is expected to answer sooner: latency × (active requests + 1) is less. See
     * {@link Latency}.
     *
     * @param decayNanos how long what was measured counts; Finagle's default is 10 s
     */
    record PeakEwma(long decayNanos) implements Policy {
        public PeakEwma {
            if (decayNanos <= 0) {
                throw new IllegalArgumentException("decay must be positive: " + decayNanos);
            }
        }
    }

    /** By the hash of the request: the same hash leads to the same host for as long as that is there. */
    sealed interface Hashing extends Policy {}

    /**
     * A ring of at least {@code minimumSize} points (ketama).
     *
     * @param minimumSize Envoy's default is 1024
     * @param maximumSize Envoy's default is 8 Mi
     */
    record RingHash(long minimumSize, long maximumSize, HashFunction function) implements Hashing {
        /** Envoy's defaults. */
        public static final RingHash DEFAULT = new RingHash(1024, 8 << 20, HashFunction.XX_HASH);
    }

    /**
     * Maglev's look-up table.
     *
     * @param tableSize a prime; Envoy's default is 65537
     */
    record Maglev(int tableSize) implements Hashing {
        /** Envoy's default. */
        public static final Maglev DEFAULT = new Maglev(65537);
    }

    /**
     * Only some of the hosts, those on one arc of a ring on which all hosts have an equal share, and among these by another
     * policy. Clients whose coordinates are spread over the ring load all hosts evenly, and each keeps few connections.
     *
     * @param size hosts on the arc, at least 1; Finagle's least is 12
     * @param coordinate where the arc begins, in [0, 1): this client's place on the ring
     */
    record Aperture(int size, double coordinate, Policy inner) implements Policy {
        /** Finagle's {@code minAperture}. */
        public static final int DEFAULT_SIZE = 12;

        public Aperture {
            if (size < 1 || !(coordinate >= 0 && coordinate < 1) || inner instanceof Aperture) {
                throw new IllegalArgumentException("no aperture: " + size + ", " + coordinate + ", " + inner);
            }
        }

        /** A coordinate for a client of this name. */
        public static double coordinate(String name) {
            return (XxHash64.hash(HashTable.bytes(name)) >>> 11) * 0x1p-53;
        }
    }

    Policy ROUND_ROBIN = new RoundRobin();
    Policy RANDOM = new Random();
    Policy LEAST_REQUEST = new LeastRequest(2);

    /** Whether a pick depends on the hash of the request. */
    default boolean isHashing() {
        return this instanceof Hashing
                || this instanceof Aperture aperture && aperture.inner().isHashing();
    }
}
