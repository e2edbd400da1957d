package dev.weft.xdsmodel;

import org.jspecify.annotations.Nullable;

/** The five kinds of xDS resources, in the order in which they are safe to add (make before break). */
public enum ResourceType {
    CLUSTER("envoy.config.cluster.v3.Cluster"),
    ENDPOINT("envoy.config.endpoint.v3.ClusterLoadAssignment"),
    LISTENER("envoy.config.listener.v3.Listener"),
    ROUTE("envoy.config.route.v3.RouteConfiguration"),
    SECRET("envoy.extensions.transport_sockets.tls.v3.Secret");

    private final String messageName;
    private final String typeUrl;

    ResourceType(String messageName) {
        this.messageName = messageName;
        this.typeUrl = "type.googleapis.com/" + messageName;
    }

    /** Full protobuf name of the message. */
    public String messageName() {
        return messageName;
    }

    /** Type URL as sent in discovery requests. */
    public String typeUrl() {
        return typeUrl;
    }

    /** Null for a type that is none of ours. */
    public static @Nullable ResourceType ofTypeUrl(String typeUrl) {
        for (ResourceType type : values()) {
            if (type.typeUrl.equals(typeUrl)) {
                return type;
            }
        }
        return null;
    }
}
