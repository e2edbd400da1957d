package dev.weft.xdsmodel;

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

    /** {@code CLUSTER_PROVIDED}: the connection's original destination. Only with ORIGINAL_DST. */
    record ClusterProvided() implements LbPolicy {}
}
