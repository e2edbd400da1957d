package dev.weft.analysis;

import dev.weft.analysis.Analysis.Findings;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.Workload;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Checks of workloads by themselves. */
final class WorkloadChecks {
    private WorkloadChecks() {}

    static void check(MeshImage image, Findings findings) {
        Set<ResourceKey> selected = new HashSet<>();
        for (Service service : image.services()) {
            image.workloads(service.key()).forEach(workload -> selected.add(workload.key()));
        }
        Map<String, Workload> byAddress = new HashMap<>();
        for (Workload workload : image.workloads()) {
            if (workload.service() != null
                    && image.service(ResourceKey.service(workload.namespace(), workload.service())) == null) {
                findings.warning(
                        "unknown-service",
                        workload.key(),
                        "spec.service",
                        "there is no Service '" + workload.service() + "' in namespace '" + workload.namespace() + "'",
                        "add the Service, or correct the name");
            } else if (!selected.contains(workload.key())) {
                findings.info(
                        "workload-unused", workload.key(), "metadata.labels", "no Service selects this workload", "");
            }
            for (Workload.Port port : workload.ports()) {
                Workload other = byAddress.putIfAbsent(workload.address() + " " + port.inboundPort(), workload);
                if (other != null) {
                    findings.warning(
                            "address-clash",
                            workload.key(),
                            "spec.address",
                            "port " + port.inboundPort() + " of " + workload.address() + " is also that of "
                                    + other.key(),
                            "");
                }
            }
        }
    }
}
