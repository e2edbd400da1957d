package dev.weft.meshmodel;

/** The kinds of document the mesh's truth is made of. */
public enum Kind {
    /** The one document of mesh-wide settings; its key has an empty namespace. */
    MESH("weft.dev/v1", "Mesh"),
    SERVICE("v1", "Service"),
    WORKLOAD("weft.dev/v1", "Workload"),
    HTTP_ROUTE("gateway.networking.k8s.io/v1", "HTTPRoute"),
    TRAFFIC_POLICY("weft.dev/v1", "TrafficPolicy");

    private final String apiVersion;
    private final String documentName;

    Kind(String apiVersion, String documentName) {
        this.apiVersion = apiVersion;
        this.documentName = documentName;
    }

    /** The {@code apiVersion} of such a document. */
    public String apiVersion() {
        return apiVersion;
    }

    /** The {@code kind} of such a document, e.g. {@code HTTPRoute}. */
    public String documentName() {
        return documentName;
    }
}
