package dev.weft.sources;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The kinds of Istio's that are read as documents of ours. */
enum IstioKind {
    VIRTUAL_SERVICE("VirtualService"),
    DESTINATION_RULE("DestinationRule"),
    SERVICE_ENTRY("ServiceEntry");

    /** All of one shape. */
    private static final Set<String> API_VERSIONS =
            Set.of("networking.istio.io/v1", "networking.istio.io/v1beta1", "networking.istio.io/v1alpha3");

    private final String documentName;

    IstioKind(String documentName) {
        this.documentName = documentName;
    }

    /** The {@code kind} of such a document. */
    String documentName() {
        return documentName;
    }

    /** The kind, or null if it is none of these. */
    static @Nullable IstioKind of(String apiVersion, String kindName) {
        for (IstioKind kind : values()) {
            if (kind.documentName.equals(kindName) && API_VERSIONS.contains(apiVersion)) {
                return kind;
            }
        }
        return null;
    }

    static String names() {
        List<String> names = new ArrayList<>();
        for (IstioKind kind : values()) {
            names.add(kind.documentName);
        }
        return String.join(", ", names);
    }
}
