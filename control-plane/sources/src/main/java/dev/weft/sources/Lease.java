package dev.weft.sources;

import dev.weft.base.SpiffeId;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Workload;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a running instance says about itself when it registers.
 *
 * @param service the Service it belongs to, or null; implies the label {@code app} unless it has one
 * @param identity its authenticated identity
 * @param proxyAdmin {@code IP:PORT} of its sidecar's admin records, empty when it has none
 * @param uid tells this run of the instance from an earlier one of the same name
 * @param ready whether its application passes the checks of its own sidecar
 */
public record Lease(
        String namespace,
        String name,
        @Nullable String service,
        String serviceAccount,
        SpiffeId identity,
        String address,
        List<Workload.Port> ports,
        Map<String, String> labels,
        Workload.Tls tls,
        String locality,
        String proxyAdmin,
        String uid,
        boolean ready) {
    public Lease {
        ports = List.copyOf(ports);
        labels = Map.copyOf(labels);
    }

    /** The name of the workload it becomes. */
    public ResourceKey key() {
        return ResourceKey.workload(namespace, name);
    }

    /** The same instance, ready or not. */
    public Lease withReady(boolean isReady) {
        return new Lease(
                namespace,
                name,
                service,
                serviceAccount,
                identity,
                address,
                ports,
                labels,
                tls,
                locality,
                proxyAdmin,
                uid,
                isReady);
    }

    /** The workload it becomes. */
    public Workload workload() {
        Map<String, String> all = new LinkedHashMap<>(labels);
        if (service != null) {
            all.putIfAbsent("app", service);
        }
        return new Workload(
                key(),
                address,
                ports,
                all,
                service,
                serviceAccount,
                identity,
                1,
                locality,
                tls,
                Workload.Source.LEASE,
                ready);
    }
}
