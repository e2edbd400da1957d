package dev.weft.meshmodel;

import dev.weft.base.SpiffeId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One running instance: where it is reached, which ports it serves, who it is.
 *
 * @param address IP literal peers connect to
 * @param ports what it serves; empty = whatever number a Service's targetPort names
 * @param labels what Services select by
 * @param service short name of the Service it says it belongs to (same namespace), or null; a Service without a selector
 *     takes the workloads that name it
 * @param serviceAccount the last part of its identity
 * @param identity its identity where that is not the usual one of namespace and service account
 * @param weight share of traffic relative to the Service's other workloads, 1 to 128
 * @param locality {@code region/zone/subzone}, empty when unknown
 * @param tls whether its inbound side speaks mesh TLS
 * @param source who vouches for it
 * @param ready whether it takes traffic while others do; a document's always
 */
public record Workload(
        ResourceKey key,
        String address,
        List<Port> ports,
        Map<String, String> labels,
        @Nullable String service,
        String serviceAccount,
        @Nullable SpiffeId identity,
        int weight,
        String locality,
        Tls tls,
        Source source,
        boolean ready)
        implements MeshResource {
    public Workload {
        ports = List.copyOf(ports);
        labels = Map.copyOf(labels);
    }

    /** How peers talk to it. */
    public enum Tls {
        /** It has a sidecar of ours: mutual TLS, requests share connections ({@code weft-mux}). */
        MULTIPLEXED,
        /** It has a sidecar: mutual TLS. */
        MUTUAL,
        /** It has none and its document says so: plain text. */
        PLAINTEXT;

        /** Whether it speaks mutual TLS. */
        public boolean isMutual() {
            return this != PLAINTEXT;
        }
    }

    /** Who vouches for a workload. */
    public enum Source {
        /** A document. */
        FILE,
        /** The instance itself, for as long as its lease holds. */
        LEASE
    }

    /**
     * One port it serves.
     *
     * @param name what a Service's targetPort may name; may be empty
     * @param port the application's port: what a Service's targetPort number means
     * @param inboundPort where peers connect; equal to {@code port} except in explicit mode, where it is the sidecar's
     */
    public record Port(String name, int port, int inboundPort) {
        public Port(String name, int port) {
            this(name, port, port);
        }
    }

    public String namespace() {
        return key.namespace();
    }

    public String name() {
        return key.name();
    }

    /** The same workload, ready or not. */
    public Workload withReady(boolean isReady) {
        return new Workload(
                key, address, ports, labels, service, serviceAccount, identity, weight, locality, tls, source, isReady);
    }
}
