package dev.weft.control;

import dev.weft.adminapi.ConditionItem;
import dev.weft.adminapi.DiagnosticItem;
import dev.weft.adminapi.DiagnosticList;
import dev.weft.adminapi.PortItem;
import dev.weft.adminapi.ResourceItem;
import dev.weft.adminapi.ResourceList;
import dev.weft.adminapi.ServiceItem;
import dev.weft.adminapi.ServiceList;
import dev.weft.adminapi.WorkloadItem;
import dev.weft.adminapi.WorkloadList;
import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.FaultPolicy;
import dev.weft.meshmodel.HttpRouteFilter;
import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshResource;
import dev.weft.meshmodel.MeshRoute;
import dev.weft.meshmodel.MeshSettings;
import dev.weft.meshmodel.Provenance;
import dev.weft.meshmodel.ReferenceGrant;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.Subset;
import dev.weft.meshmodel.TrafficPolicy;
import dev.weft.meshmodel.Workload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What the operator sees of the mesh itself. Pure functions of an image and its findings. */
final class MeshViews {
    private MeshViews() {}

    static DiagnosticList diagnostics(long version, List<Diagnostic> found) {
        return new DiagnosticList(
                version, found.stream().map(DiagnosticItem::of).toList());
    }

    static ServiceList services(MeshImage image, String namespace) {
        List<ServiceItem> items = new ArrayList<>();
        for (Service service : image.services()) {
            if (namespace.isEmpty() || namespace.equals(service.namespace())) {
                items.add(new ServiceItem(
                        service.name(),
                        service.namespace(),
                        image.fqdn(service.key()),
                        image.vip(service),
                        service.ports().stream().map(MeshViews::port).toList(),
                        (int) image.workloads(service.key()).stream()
                                .filter(Workload::ready)
                                .count()));
            }
        }
        return new ServiceList(image.version(), items);
    }

    private static PortItem port(Service.Port port) {
        Integer target = port.target() instanceof Service.TargetPort.Number number ? number.port() : null;
        String name = port.target() instanceof Service.TargetPort.Name named ? named.name() : null;
        String protocol = port.protocol() == Service.Protocol.UNDECLARED
                ? "auto"
                : port.protocol().name().toLowerCase(Locale.ROOT);
        return new PortItem(port.name(), port.port(), target, name, protocol);
    }

    static WorkloadList workloads(MeshImage image, String namespace, String service) {
        List<WorkloadItem> items = new ArrayList<>();
        for (Workload workload : image.workloads()) {
            List<String> services = image.servicesOf(workload).stream()
                    .map(s -> s.name() + "." + s.namespace())
                    .toList();
            boolean wanted = (namespace.isEmpty() || namespace.equals(workload.namespace()))
                    && (service.isEmpty()
                            || services.contains(service)
                            || services.stream().anyMatch(s -> s.startsWith(service + ".")));
            if (wanted) {
                items.add(new WorkloadItem(
                        workload.name(),
                        workload.namespace(),
                        workload.address(),
                        workload.ports().stream()
                                .map(p -> new PortItem(p.name(), p.port(), p.inboundPort(), null, "auto"))
                                .toList(),
                        new TreeMap<>(workload.labels()),
                        image.identity(workload).toString(),
                        workload.tls().isMutual(),
                        workload.ready(),
                        origin(image, workload.key()),
                        services));
            }
        }
        return new WorkloadList(image.version(), items);
    }

    static String origin(MeshImage image, ResourceKey key) {
        Provenance provenance = image.provenance(key);
        if (provenance == null) {
            return "";
        }
        Diagnostic.Location place = provenance.place("");
        if (place != null) {
            return place.file() + ":" + place.line();
        }
        return provenance.source().equals(dev.weft.sources.LeaseRegistry.SOURCE) ? "lease" : provenance.source();
    }

    /** Conditions come from analysis, by resource. */
    static ResourceList resources(
            MeshImage image,
            Map<ResourceKey, List<ConditionItem>> conditions,
            String kind,
            String namespace,
            String name) {
        List<String> kinds =
                Arrays.stream(Kind.values()).map(Kind::documentName).toList();
        if (!kind.isEmpty() && kinds.stream().noneMatch(one -> isKind(kind, one))) {
            throw new IllegalArgumentException(
                    "there is no kind '" + kind + "'; kinds are " + String.join(", ", kinds));
        }
        List<ResourceItem> items = new ArrayList<>();
        for (MeshResource resource : image.resources()) {
            ResourceKey key = resource.key();
            if ((kind.isEmpty() || isKind(kind, key.kind().documentName()))
                    && (namespace.isEmpty() || namespace.equals(key.namespace()))
                    && (name.isEmpty() || name.equals(key.name()))) {
                items.add(new ResourceItem(
                        key.kind().documentName(),
                        key.namespace(),
                        key.name(),
                        origin(image, key),
                        labels(resource),
                        conditions.getOrDefault(key, List.of()),
                        summary(image, resource)));
            }
        }
        return new ResourceList(image.version(), items);
    }

    /** {@code HTTPRoute}, {@code httproute} and {@code httproutes} mean the same; {@code TrafficPolicies} too. */
    private static boolean isKind(String asked, String documentName) {
        String kind = documentName.toLowerCase(Locale.ROOT);
        String plural = kind.endsWith("y") ? kind.substring(0, kind.length() - 1) + "ies" : kind + "s";
        String word = asked.toLowerCase(Locale.ROOT);
        return word.equals(kind) || word.equals(plural);
    }

    private static Map<String, String> labels(MeshResource resource) {
        return switch (resource) {
            case Workload workload -> new TreeMap<>(workload.labels());
            case Service service -> new TreeMap<>(service.labels());
            case Subset subset -> new TreeMap<>(subset.labels());
            default -> Map.of();
        };
    }

    private static String summary(MeshImage image, MeshResource resource) {
        return switch (resource) {
            case Service s ->
                image.vip(s) + ", " + count(image.workloads(s.key()).size(), "endpoint");
            case Workload w -> w.address() + (w.ready() ? "" : ", not ready");
            case MeshRoute r -> count(r.rules().size(), "rule");
            case HttpRouteFilter f -> "answers " + f.response().status();
            case ReferenceGrant g -> count(g.from().size(), "referrer");
            case Subset s -> "of " + s.service();
            case FaultPolicy p -> count(p.targets().size(), "target");
            case TrafficPolicy p -> count(p.targetRefs().size(), "target");
            case MeshSettings m -> m.trustDomain() + ", mTLS " + m.mtls().name().toLowerCase(Locale.ROOT);
        };
    }

    private static String count(int n, String what) {
        return n + " " + what + (n == 1 ? "" : "s");
    }
}
