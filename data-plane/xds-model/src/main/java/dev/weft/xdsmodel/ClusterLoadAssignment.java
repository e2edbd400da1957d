package dev.weft.xdsmodel;

import dev.weft.base.Locality;
import java.util.List;

/**
 * {@code envoy.config.endpoint.v3.ClusterLoadAssignment}: the endpoints of a cluster.
 *
 * @param overprovisioningFactor percent; default 140
 */
public record ClusterLoadAssignment(
        String clusterName, List<LocalityLbEndpoints> endpoints, int overprovisioningFactor) {
    public ClusterLoadAssignment {
        endpoints = List.copyOf(endpoints);
    }

    /** One locality, priority 0. */
    public static ClusterLoadAssignment of(String clusterName, LbEndpoint... endpoints) {
        return new ClusterLoadAssignment(
                clusterName,
                endpoints.length == 0
                        ? List.of()
                        : List.of(new LocalityLbEndpoints(Locality.UNKNOWN, List.of(endpoints), 0, 0)),
                140);
    }
}
