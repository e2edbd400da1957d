package dev.weft.xdsmodel;

import dev.weft.base.Address;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.bootstrap.v3.Bootstrap}: what a proxy starts from.
 *
 * @param localCluster {@code cluster_manager.local_cluster_name}: the cluster the proxy itself belongs to; empty = not known
 * @param admin null = no admin endpoint
 * @param staticResources version 0: the listeners, clusters and secrets of {@code static_resources}
 * @param ads null = nothing is asked over xDS
 */
public record Bootstrap(
        Node node,
        String localCluster,
        @Nullable Admin admin,
        XdsSnapshot staticResources,
        @Nullable Ads ads) {
    /** The admin endpoint. */
    public record Admin(Address address, List<AccessLog> accessLogs) {
        public Admin {
            accessLogs = List.copyOf(accessLogs);
        }
    }

    /**
     * {@code dynamic_resources.ads_config} and who uses it.
     *
     * @param delta DELTA_GRPC (true) or GRPC, the state of the world (false)
     * @param cluster the static cluster the control plane is reached by
     * @param authority empty = the cluster's name
     * @param initialMetadata gRPC metadata sent with the stream
     * @param listeners whether {@code lds_config} is there: all listeners are subscribed to
     * @param clusters whether {@code cds_config} is there: all clusters are subscribed to
     */
    public record Ads(
            boolean delta,
            String cluster,
            String authority,
            Map<String, String> initialMetadata,
            boolean listeners,
            boolean clusters) {
        public Ads {
            initialMetadata = Map.copyOf(initialMetadata);
        }
    }
}
