package dev.weft.translate;

import dev.weft.meshmodel.BackendRef;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshRoute;
import dev.weft.meshmodel.Service;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster;

/** Where the connections of a TCPRoute or TLSRoute go: its backends by weight, and nowhere for the share of invalid ones. */
final class StreamSplit {
    private StreamSplit() {}

    /** @param port that the connections come to */
    static WeightedCluster of(MeshImage image, MeshRoute route, Service.Port port) {
        WeightedCluster.Builder split = WeightedCluster.newBuilder();
        long invalid = 0;
        for (BackendRef backend : route.rules().getFirst().backendRefs()) {
            if (backend.weight() == 0) {
                continue;
            }
            if (image.resolve(route, backend, port.port()) instanceof BackendRef.Found found) {
                split.addClusters(WeightedCluster.ClusterWeight.newBuilder()
                        .setName(Names.outboundBytes(
                                found.port(),
                                found.subset(),
                                image.fqdn(found.service().key())))
                        .setWeight(backend.weight()));
            } else {
                invalid += backend.weight();
            }
        }
        if (invalid > 0 || split.getClustersCount() == 0) {
            split.addClusters(WeightedCluster.ClusterWeight.newBuilder()
                    .setName(Names.BLACK_HOLE)
                    .setWeight((int) Math.max(1, Math.min(invalid, Integer.MAX_VALUE))));
        }
        return split.build();
    }
}
