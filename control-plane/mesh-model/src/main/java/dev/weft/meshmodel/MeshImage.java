package dev.weft.meshmodel;

import dev.weft.base.SpiffeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything the control plane knows about the mesh at one moment. Immutable, with its indexes; safe to read from any
 * thread. The next image shares what did not change.
 */
public final class MeshImage {
    private static final Set<Kind> NOT_OF_THE_FRAME = EnumSet.of(Kind.WORKLOAD, Kind.HTTP_ROUTE, Kind.GRPC_ROUTE);

    private final long version;
    private final long configurationVersion;
    private final long frameVersion;
    private final Vips vips;
    private final Map<ResourceKey, MeshResource> resources;
    private final Map<ResourceKey, Provenance> provenance;
    private final Map<ResourceKey, List<Workload>> workloadsByService;
    private final Map<ResourceKey, List<Workload>> formerByService; // of Services that have none now
    private final Configuration configuration;

    private MeshImage(
            long version,
            Vips vips,
            Map<ResourceKey, MeshResource> resources,
            Map<ResourceKey, Provenance> provenance,
            Map<ResourceKey, List<Workload>> workloadsByService,
            Map<ResourceKey, List<Workload>> formerByService,
            long frameVersion,
            @Nullable MeshImage sameButWorkloads) {
        this.version = version;
        this.frameVersion = frameVersion;
        this.resources = resources;
        this.provenance = provenance;
        this.workloadsByService = workloadsByService;
        this.formerByService = formerByService;
        if (sameButWorkloads != null) {
            this.configurationVersion = sameButWorkloads.configurationVersion;
            this.configuration = sameButWorkloads.configuration;
            this.vips = vips;
        } else {
            this.configurationVersion = version;
            this.configuration = new Configuration(resources.values());
            this.vips =
                    vips.with(configuration.services.stream().map(Service::key).toList());
        }
    }

    /** An image without resources; Services get their addresses from {@code vips} where it has them. */
    public static MeshImage empty(Vips vips) {
        return new MeshImage(0, vips, Map.of(), Map.of(), Map.of(), Map.of(), 0, null);
    }

    /** An image without resources. */
    public static MeshImage empty() {
        return empty(Vips.EMPTY);
    }

    /** Grows by one with every batch that changed something. */
    public long version() {
        return version;
    }

    /** The version in which anything but workloads last changed: routes and listeners of equal numbers are equal. */
    public long configurationVersion() {
        return configurationVersion;
    }

    /**
     * The version in which anything but workloads and routes of HTTP's layer last changed: what is made of neither is equal in
     * images of equal numbers.
     */
    public long frameVersion() {
        return frameVersion;
    }

    /** The Mesh document, or the defaults. */
    public MeshSettings settings() {
        return configuration.settings;
    }

    /** The addresses of all Services, past ones included. */
    public Vips vips() {
        return vips;
    }

    /** All Services by namespace and name. */
    public List<Service> services() {
        return Collections.unmodifiableList(configuration.services);
    }

    /** All workloads by namespace and name. */
    public List<Workload> workloads() {
        return Configuration.sorted(resources.values(), Workload.class);
    }

    /** All documents by kind, namespace and name. */
    public List<MeshResource> resources() {
        return Configuration.sorted(resources.values(), MeshResource.class);
    }

    /** Null when there is none. */
    public @Nullable HttpRouteFilter routeFilter(ResourceKey key) {
        return resources.get(key) instanceof HttpRouteFilter filter ? filter : null;
    }

    /** All policies that have {@code sources}, by namespace and name. */
    public List<TrafficPolicy> sourcePolicies() {
        return configuration.sourcePolicies;
    }

    /** What callers' proxies are told apart by for {@link LocalityPreference}, besides locality; null when there is none. */
    public @Nullable Set<String> localityLabels() {
        return configuration.localityLabels;
    }

    /** All routes by kind, namespace and name. */
    public List<MeshRoute> routes() {
        return Configuration.sorted(resources.values(), MeshRoute.class);
    }

    /** All traffic policies by namespace and name. */
    public List<TrafficPolicy> policies() {
        return Configuration.sorted(resources.values(), TrafficPolicy.class);
    }

    /** The resource, or null. */
    public @Nullable MeshResource get(ResourceKey key) {
        return resources.get(key);
    }

    /** The Service, or null. */
    public @Nullable Service service(ResourceKey key) {
        return resources.get(key) instanceof Service service ? service : null;
    }

    /** The workload, or null. */
    public @Nullable Workload workload(ResourceKey key) {
        return resources.get(key) instanceof Workload workload ? workload : null;
    }

    /** Where a resource came from, or null if there is no such resource. */
    public @Nullable Provenance provenance(ResourceKey key) {
        return provenance.get(key);
    }

    /** The workloads a Service stands for, ready or not, by name. */
    public List<Workload> workloads(ResourceKey service) {
        return workloadsByService.getOrDefault(service, List.of());
    }

    /** The Services a workload stands behind, by name. */
    public List<Service> servicesOf(Workload workload) {
        return configuration.serviceIndex.selecting(workload);
    }

    /** The routes that hang on a Service, by kind, namespace and name. {@link AttachedRoutes} says which of them count. */
    public List<MeshRoute> routes(ResourceKey service) {
        return configuration.routes(service);
    }

    /** The subsets of a Service, by name. */
    public List<Subset> subsets(ResourceKey service) {
        return configuration.subsets(service);
    }

    /**
     * The policies that target a Service or Subset, alphabetically; the first one that says something about a matter decides
     * it.
     */
    public List<TrafficPolicy> policies(ResourceKey target) {
        return configuration.policies(target);
    }

    /** The fault policies for a Service or route, alphabetically. */
    public List<FaultPolicy> faults(ResourceKey target) {
        return configuration.faults(target);
    }

    /** Where a backend of a route's leads, whichever port of its parents' a request comes to; if one is invalid, that. */
    public BackendRef.Target resolve(MeshRoute route, BackendRef backend) {
        return BackendResolver.resolve(this, route, backend);
    }

    /**
     * Where a backend of a route's leads.
     *
     * @param requestPort what comes to this port of a parent's
     */
    public BackendRef.Target resolve(MeshRoute route, BackendRef backend, int requestPort) {
        return BackendResolver.resolve(this, route, backend, requestPort);
    }

    /** Whether a grant lets the route refer to the resource. */
    boolean isGranted(MeshRoute route, ResourceKey resource) {
        return configuration.grants.stream().anyMatch(grant -> grant.permits(route.key(), resource));
    }

    /** The Service's full name, {@code NAME.NAMESPACE.svc.DOMAIN}. */
    public String fqdn(ResourceKey service) {
        return service.name() + "." + service.namespace() + ".svc." + configuration.settings.domain();
    }

    /** The Service's virtual address. */
    public String vip(Service service) {
        String address = vips.address(service.key());
        if (address == null) {
            throw new IllegalArgumentException("not of this image: " + service.key());
        }
        return address;
    }

    /** The identity peers must find at the workload. */
    public SpiffeId identity(Workload workload) {
        SpiffeId own = workload.identity();
        return own != null
                ? own
                : configuration.settings.trustDomain().workload(workload.namespace(), workload.serviceAccount());
    }

    /**
     * The identities a Service's workloads may show, sorted. While it has no workload, those of its last ones, so that a
     * restart of its only instance does not change what callers are told; without any so far, the one {@code weft run} gives
     * by default.
     */
    public List<String> identities(Service service) {
        List<Workload> members = workloads(service.key());
        if (members.isEmpty()) {
            members = formerByService.getOrDefault(service.key(), List.of());
        }
        if (members.isEmpty()) {
            return List.of(configuration
                    .settings
                    .trustDomain()
                    .workload(service.namespace(), service.name())
                    .toString());
        }
        return members.stream()
                .map(workload -> identity(workload).toString())
                .distinct()
                .sorted()
                .toList();
    }

    /**
     * The image after these updates, and what they changed. A resource belongs to the source that brought it first:
     * another source can neither replace nor remove it. Updates that repeat what is known change nothing.
     */
    public MeshDelta apply(List<? extends SourceUpdate> batch) {
        Map<ResourceKey, MeshResource> nextResources = new HashMap<>(resources);
        Map<ResourceKey, Provenance> nextProvenance = new HashMap<>(provenance);
        Set<ResourceKey> touched = new HashSet<>();
        for (SourceUpdate update : batch) {
            switch (update) {
                case SourceUpdate.Upsert upsert -> {
                    ResourceKey key = upsert.resource().key();
                    if (ownedBy(upsert.source(), nextProvenance.get(key))) {
                        nextResources.put(key, upsert.resource());
                        nextProvenance.put(key, upsert.provenance());
                        touched.add(key);
                    }
                }
                case SourceUpdate.Remove remove -> {
                    if (ownedBy(remove.source(), nextProvenance.get(remove.key()))) {
                        nextResources.remove(remove.key());
                        nextProvenance.remove(remove.key());
                        touched.add(remove.key());
                    }
                }
                case SourceUpdate.Synced synced -> {}
                case SourceUpdate.Reported reported -> {}
            }
        }
        Set<ResourceKey> upserted = new HashSet<>();
        Set<ResourceKey> removed = new HashSet<>();
        for (ResourceKey key : touched) {
            MeshResource now = nextResources.get(key);
            MeshResource then = resources.get(key);
            if (now == null && then != null) {
                removed.add(key);
            } else if (now != null && !now.equals(then)) {
                upserted.add(key);
            } else if (then != null) {
                nextResources.put(key, then); // said again: what is made of it need not be made again
            }
        }
        if (upserted.isEmpty() && removed.isEmpty()) {
            // places may have moved: keep them fresh without calling it a new version
            MeshImage same = new MeshImage(
                    version, vips, resources, nextProvenance, workloadsByService, formerByService, frameVersion, this);
            return new MeshDelta(this, same, Set.of(), Set.of(), Set.of());
        }
        return next(nextResources, nextProvenance, upserted, removed);
    }

    private MeshDelta next(
            Map<ResourceKey, MeshResource> nextResources,
            Map<ResourceKey, Provenance> nextProvenance,
            Set<ResourceKey> upserted,
            Set<ResourceKey> removed) {
        boolean onlyWorkloads = true;
        boolean sameFrame = true;
        boolean sameServices = true;
        List<Workload> movers = new ArrayList<>(); // workloads as they were and as they are
        Set<ResourceKey> moved = new HashSet<>();
        for (Set<ResourceKey> keys : List.of(upserted, removed)) {
            for (ResourceKey key : keys) {
                onlyWorkloads &= key.kind() == Kind.WORKLOAD;
                sameFrame &= NOT_OF_THE_FRAME.contains(key.kind());
                sameServices &= key.kind() != Kind.SERVICE;
                if (resources.get(key) instanceof Workload then) {
                    movers.add(then);
                    moved.add(key);
                }
                if (nextResources.get(key) instanceof Workload now) {
                    movers.add(now);
                    moved.add(key);
                }
            }
        }
        Map<ResourceKey, List<Workload>> nextMembers = new HashMap<>(workloadsByService);
        Map<ResourceKey, List<Workload>> nextFormer = new HashMap<>(formerByService);
        Set<ResourceKey> endpointServices = new HashSet<>();
        List<Service> nextServices =
                sameServices ? configuration.services : Configuration.sorted(nextResources.values(), Service.class);
        WorkloadIndex index = new WorkloadIndex(nextResources.values());
        for (Service service : nextServices) {
            List<Workload> then = workloadsByService.getOrDefault(service.key(), List.of());
            List<Workload> now;
            if (service != resources.get(service.key())) {
                now = index.selectedBy(service);
            } else if (movers.stream().anyMatch(service::selects)) {
                now = replaced(service, then, moved, movers, nextResources);
            } else {
                continue;
            }
            if (now.equals(then)) {
                continue;
            }
            endpointServices.add(service.key());
            if (now.isEmpty()) {
                nextMembers.remove(service.key());
                nextFormer.put(service.key(), then);
            } else {
                nextMembers.put(service.key(), now);
                nextFormer.remove(service.key());
            }
        }
        for (ResourceKey key : removed) {
            nextFormer.remove(key);
            if (nextMembers.remove(key) != null) {
                endpointServices.add(key);
            }
        }
        MeshImage image = new MeshImage(
                version + 1,
                vips,
                nextResources,
                nextProvenance,
                nextMembers,
                nextFormer,
                sameFrame ? frameVersion : version + 1,
                onlyWorkloads ? this : null);
        return new MeshDelta(this, image, Set.copyOf(upserted), Set.copyOf(removed), Set.copyOf(endpointServices));
    }

    /** A Service's workloads after some moved, without looking at those that did not. */
    private static List<Workload> replaced(
            Service service,
            List<Workload> then,
            Set<ResourceKey> moved,
            List<Workload> movers,
            Map<ResourceKey, MeshResource> nextResources) {
        List<Workload> now = new ArrayList<>(then.size() + 1);
        for (Workload workload : then) {
            if (!moved.contains(workload.key())) {
                now.add(workload);
            }
        }
        for (Workload workload : movers) {
            if (workload == nextResources.get(workload.key()) && service.selects(workload)) {
                now.add(workload);
            }
        }
        now.sort((a, b) -> a.key().compareTo(b.key()));
        return List.copyOf(now);
    }

    private static boolean ownedBy(String source, @Nullable Provenance owner) {
        return owner == null || owner.source().equals(source);
    }
}
