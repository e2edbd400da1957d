package dev.weft.translate;

import dev.weft.meshmodel.BackendRef;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.Subset;
import org.jspecify.annotations.Nullable;

/** Names of resources, as Istio has them where it has them. */
final class Names {
    static final String PASSTHROUGH = "PassthroughCluster";
    static final String BLACK_HOLE = "BlackHoleCluster";
    static final String INBOUND_PASSTHROUGH = "InboundPassthroughCluster";
    static final String VIRTUAL_OUTBOUND = "virtualOutbound";
    static final String VIRTUAL_INBOUND = "virtualInbound";
    static final String HTTP_PROXY = "http_proxy";

    /**
     * No such cluster: with {@code cluster_not_found_response_code} 500 it gives an invalid backend its share of errors
     * (Gateway API), which a weighted cluster of Envoy cannot say in another way.
     */
    static final String INVALID_BACKEND = "invalid-backend";

    static final int OUTBOUND_PORT = 15_001;
    static final int INBOUND_PORT = 15_006;

    private Names() {}

    /** The cluster of a Service port, for HTTP where HTTP is possible. */
    static String outbound(int port, String fqdn) {
        return outbound(port, null, fqdn);
    }

    /** The same of a subset, null for the whole Service. */
    static String outbound(int port, @Nullable Subset subset, String fqdn) {
        return "outbound|" + port + "|" + (subset == null ? "" : subset.shortName()) + "|" + fqdn;
    }

    /** Where a route's backend leads, for HTTP. */
    static String outbound(MeshImage image, BackendRef.Found found) {
        return outbound(
                found.port().port(), found.subset(), image.fqdn(found.service().key()));
    }

    /**
     * The second cluster of a port without declared protocol: for what turned out not to be HTTP. No subset is called {@code
     * tcp}, and none has a slash in its name.
     */
    static String outboundOpaque(int port, @Nullable Subset subset, String fqdn) {
        return "outbound|" + port + "|" + (subset == null ? "tcp" : subset.shortName() + "/tcp") + "|" + fqdn;
    }

    /** The cluster of a port for bytes that are not looked into. */
    static String outboundBytes(Service.Port port, @Nullable Subset subset, String fqdn) {
        return port.protocol() == Service.Protocol.UNDECLARED
                ? outboundOpaque(port.port(), subset, fqdn)
                : outbound(port.port(), subset, fqdn);
    }

    static String inbound(int port) {
        return "inbound|" + port + "||";
    }
}
