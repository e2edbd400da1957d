package dev.weft.upstream;

import dev.weft.base.Locality;

/**
 * Who and where this proxy is, for choices that depend on it.
 *
 * @param nodeId its own, unlike all others'
 * @param locality where it runs
 * @param localCluster name of the cluster it belongs to itself; empty = not known
 */
public record Whereabouts(String nodeId, Locality locality, String localCluster) {
    /** Nothing is known. */
    public static final Whereabouts UNKNOWN = new Whereabouts("", Locality.UNKNOWN, "");
}
