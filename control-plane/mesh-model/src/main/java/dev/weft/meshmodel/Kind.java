package dev.weft.meshmodel;

import java.util.List;

/** The kinds of document the mesh's truth is made of. */
public enum Kind {
    /** The one document of mesh-wide settings; its key has an empty namespace. */
    MESH("Mesh", "weft.dev/v1"),
    SERVICE("Service", "v1"),
    WORKLOAD("Workload", "weft.dev/v1"),
    HTTP_ROUTE("HTTPRoute", "gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/v1beta1"),
    GRPC_ROUTE("GRPCRoute", "gateway.networking.k8s.io/v1"),
    TLS_ROUTE(
            "TLSRoute",
            "gateway.networking.k8s.io/v1",
            "gateway.networking.k8s.io/v1alpha3",
            "gateway.networking.k8s.io/v1alpha2"),
    TCP_ROUTE("TCPRoute", "gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/v1alpha2"),
    REFERENCE_GRANT("ReferenceGrant", "gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/v1beta1"),
    HTTP_ROUTE_FILTER("HTTPRouteFilter", "weft.dev/v1"),
    TRAFFIC_POLICY("TrafficPolicy", "weft.dev/v1"),
    FAULT_POLICY("FaultPolicy", "weft.dev/v1"),
    SUBSET("Subset", "weft.dev/v1");

    private final String documentName;
    private final List<String> apiVersions;

    Kind(String documentName, String... apiVersions) {
        this.documentName = documentName;
        this.apiVersions = List.of(apiVersions);
    }

    /** The {@code apiVersion} to write in such a document. */
    public String apiVersion() {
        return apiVersions.getFirst();
    }

    /** The part of {@code apiVersion} before the slash; empty for Kubernetes' core group. */
    public String group() {
        int slash = apiVersion().indexOf('/');
        return slash < 0 ? "" : apiVersion().substring(0, slash);
    }

    /** Whether such a document may have this {@code apiVersion}: the current one, or an older one of the same shape. */
    public boolean isApiVersion(String apiVersion) {
        return apiVersions.contains(apiVersion);
    }

    /** The {@code kind} of such a document, e.g. {@code HTTPRoute}. */
    public String documentName() {
        return documentName;
    }
}
