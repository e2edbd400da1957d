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

    Policy ROUND_ROBIN = new RoundRobin();
    Policy RANDOM = new Random();
    Policy LEAST_REQUEST = new LeastRequest(2);
}
