package dev.weft.translate;

import dev.weft.meshmodel.Service;

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
        return "outbound|" + port + "||" + fqdn;
    }

    /** The second cluster of a port without declared protocol: for what turned out not to be HTTP. */
    static String outboundOpaque(int port, String fqdn) {
        return "outbound|" + port + "|tcp|" + fqdn;
    }

    /** The cluster of a port for bytes that are not looked into. */
    static String outboundBytes(Service.Port port, String fqdn) {
        return port.protocol() == Service.Protocol.UNDECLARED
                ? outboundOpaque(port.port(), fqdn)
                : outbound(port.port(), fqdn);
    }

    static String inbound(int port) {
        return "inbound|" + port + "||";
    }
}
