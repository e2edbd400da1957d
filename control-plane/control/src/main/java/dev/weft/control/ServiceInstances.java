package dev.weft.control;

import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.Workload;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How many connected proxies stand behind each service, {@code name.namespace}. A proxy counts for the service it names and
 * for every Service whose selector takes its workload: a canary's Service of one version, too. Pure.
 */
final class ServiceInstances {
    private final MeshImage image;
    private final Map<String, Integer> counts = new HashMap<>();

    /** All Services of the mesh, zero each. */
    ServiceInstances(MeshImage image) {
        this.image = image;
        for (Service service : image.services()) {
            counts.put(id(service), 0);
        }
    }

    /**
     * One connected proxy.
     *
     * @param name of the instance, which is that of its workload
     * @param service what it calls itself; may be empty
     */
    void add(String name, String namespace, String service) {
        Set<String> behind = new HashSet<>();
        if (!service.isEmpty()) {
            behind.add(service + "." + namespace);
        }
        Workload workload = image.workload(ResourceKey.workload(namespace, name));
        if (workload != null) {
            image.servicesOf(workload).forEach(s -> behind.add(id(s)));
        }
        behind.forEach(id -> counts.merge(id, 1, Integer::sum));
    }

    Map<String, Integer> counts() {
        return Map.copyOf(counts);
    }

    private static String id(Service service) {
        return service.name() + "." + service.namespace();
    }
}
