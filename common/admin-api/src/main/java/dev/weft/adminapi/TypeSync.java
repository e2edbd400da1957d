package dev.weft.adminapi;

import java.util.List;

/**
 * One resource type of one proxy.
 *
 * @param type {@code LDS}, {@code RDS}, {@code CDS}, {@code EDS} or {@code SDS}
 * @param resources how many resources it has been given
 * @param sent newest mesh version sent
 * @param acked newest mesh version acknowledged
 * @param reason the proxy's own words when it rejected; empty otherwise
 * @param rejected names of the resources of the rejected answer, at most 20
 */
public record TypeSync(
        String type, SyncState state, int resources, long sent, long acked, String reason, List<String> rejected) {}
