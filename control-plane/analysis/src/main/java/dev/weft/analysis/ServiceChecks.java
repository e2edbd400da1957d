package dev.weft.analysis;

import dev.weft.analysis.Analysis.Findings;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.Service.Protocol;
import dev.weft.meshmodel.Service.TargetPort;
import dev.weft.meshmodel.Workload;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Checks of Services and the workloads behind them. */
final class ServiceChecks {
    private ServiceChecks() {}

    static void check(MeshImage image, Findings findings) {
        Map<String, Service> firstByWorkloadPort = new HashMap<>();
        for (Service service : image.services()) {
            List<Workload> workloads = image.workloads(service.key());
            if (workloads.isEmpty()) {
                findings.info(
                        "no-endpoints",
                        service.key(),
                        service.selector().isEmpty() ? "" : "spec.selector",
                        service.selector().isEmpty() ? "no workload names it" : "its selector matches no workload",
                        "fine if its instances register themselves");
            }
            for (int i = 0; i < service.ports().size(); i++) {
                Service.Port port = service.ports().get(i);
                checkPort(service, port, "spec.ports[" + i + "]", workloads, findings);
                for (Workload workload : workloads) {
                    checkProtocol(image, service, port, workload, firstByWorkloadPort, findings);
                }
            }
        }
    }

    private static void checkPort(
            Service service, Service.Port port, String path, List<Workload> workloads, Findings findings) {
        boolean served = workloads.stream().anyMatch(workload -> serves(workload, port.target()));
        if (!workloads.isEmpty() && !served) {
            findings.warning(
                    "target-port-unknown",
                    service.key(),
                    path + ".targetPort",
                    "no workload of it serves the target of port " + port.port(),
                    "name one of the workloads' ports");
        }
        if (port.protocol() == Protocol.UNDECLARED) {
            findings.info(
                    "undeclared-protocol",
                    service.key(),
                    path,
                    "the protocol of port " + port.port() + " is not declared, so it is detected",
                    "appProtocol: http or tcp avoids 200 ms of waiting for protocols in which the server speaks first");
        }
    }

    static boolean serves(Workload workload, TargetPort target) {
        return switch (target) {
            case TargetPort.Number number ->
                workload.ports().isEmpty() || workload.ports().stream().anyMatch(port -> port.port() == number.port());
            case TargetPort.Name name ->
                workload.ports().stream().anyMatch(port -> port.name().equals(name.name()));
        };
    }

    /** Two Services may share a workload's port, but must not say different things about it. */
    private static void checkProtocol(
            MeshImage image,
            Service service,
            Service.Port port,
            Workload workload,
            Map<String, Service> firstByWorkloadPort,
            Findings findings) {
        if (port.protocol() == Protocol.UNDECLARED || !(port.target() instanceof TargetPort.Number number)) {
            return;
        }
        Service first = firstByWorkloadPort.putIfAbsent(workload.key() + " " + number.port(), service);
        if (first == null || first.equals(service)) {
            return;
        }
        boolean clash = first.ports().stream()
                .anyMatch(other -> other.target().equals(port.target())
                        && other.protocol() != Protocol.UNDECLARED
                        && other.protocol() != port.protocol());
        if (clash) {
            findings.warning(
                    "protocol-clash",
                    service.key(),
                    "spec.ports[" + service.ports().indexOf(port) + "]",
                    "port " + number.port() + " of " + workload.key() + " has another protocol in " + first.key(),
                    "declare the same appProtocol in both");
        }
    }
}
