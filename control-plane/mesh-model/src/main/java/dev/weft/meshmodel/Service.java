package dev.weft.meshmodel;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is addressed: a name, ports, and the workloads behind it.
 *
 * @param ports at least one, names unique, numbers unique
 * @param selector labels a workload must carry; empty = the workloads that name this Service
 */
public record Service(ResourceKey key, List<Port> ports, Map<String, String> selector, Map<String, String> labels)
        implements MeshResource {
    public Service {
        ports = List.copyOf(ports);
        selector = Map.copyOf(selector);
        labels = Map.copyOf(labels);
    }

    /**
     * One port of a Service.
     *
     * @param name may be empty if it is the only one
     * @param port what callers use
     * @param target where it goes at the workload
     * @param protocol declared by {@code appProtocol}, else by the name's prefix
     * @param frontDoor whether callers without mesh identity are let in ({@code tls: disabled}, until there is a gateway)
     */
    public record Port(String name, int port, TargetPort target, Protocol protocol, boolean frontDoor) {}

    /** The workload's port a Service port leads to. */
    public sealed interface TargetPort {
        /** By number. */
        record Number(int port) implements TargetPort {}

        /** By the name of a workload's port. */
        record Name(String name) implements TargetPort {}
    }

    /** What is spoken on a port. */
    public enum Protocol {
        /** HTTP/1.1. */
        HTTP,
        /** HTTP/2 with prior knowledge. */
        HTTP2,
        /** gRPC, so HTTP/2; calls say themselves how long they may take. */
        GRPC,
        /** Opaque bytes. */
        TCP,
        /** Not said: found out from the first bytes. */
        UNDECLARED;

        /** Whether requests may come on such a port, so that it has routes. */
        public boolean mayBeHttp() {
            return this != TCP;
        }

        /** Whether it is declared that requests come. */
        public boolean isHttp() {
            return mayBeHttp() && this != UNDECLARED;
        }
    }

    public String namespace() {
        return key.namespace();
    }

    public String name() {
        return key.name();
    }

    /** The port with this number, or null. */
    public @Nullable Port port(int number) {
        for (Port port : ports) {
            if (port.port == number) {
                return port;
            }
        }
        return null;
    }

    /** Whether the workload is one of this Service's. */
    public boolean selects(Workload workload) {
        if (!workload.namespace().equals(namespace())) {
            return false;
        }
        if (selector.isEmpty()) {
            return name().equals(workload.service());
        }
        return workload.labels().entrySet().containsAll(selector.entrySet());
    }
}
