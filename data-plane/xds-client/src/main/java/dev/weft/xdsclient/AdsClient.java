package dev.weft.xdsclient;

import dev.weft.base.Diagnostic;
import dev.weft.base.Log;
import dev.weft.base.ProtoReader;
import dev.weft.xdsmodel.Node;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.ResourceType;
import dev.weft.xdsmodel.Secret;
import dev.weft.xdsmodel.XdsSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The ADS client: subscribes to all listeners and clusters, follows their references to routes, endpoints and secrets, keeps
 * the last good version of each resource, and hands the engine whole snapshots in which nothing is missing.
 *
 * <p>Concurrency: confined to the control thread (the control plane connection's loop), except {@link #start}.
 *
 * <p>States: <em>starting</em> until the first snapshot was applied (everything asked for has answered and everything
 * referenced has arrived or was given up), then <em>serving</em> for ever; the control plane's absence changes nothing.
 */
public final class AdsClient {
    /** Longer refusals are cut: they travel in one message and are for people. */
    private static final int MAX_REFUSAL = 8192;

    /**
     * @param delta delta xDS, or the state of the world
     * @param listeners whether all listeners are subscribed to
     * @param clusters whether all clusters are subscribed to
     * @param metadata gRPC metadata of the stream
     * @param bootstrap static resources that serve beside what is sent
     * @param ownSecrets names of secrets that are never asked for: the caller gives them by {@link #secrets}
     * @param patience how long something referenced is waited for (Envoy: initial_fetch_timeout, 15 s), and how long a
     *     removed cluster lives while a route still points to it
     */
    public record Config(
            Node node,
            boolean delta,
            boolean listeners,
            boolean clusters,
            Map<String, String> metadata,
            XdsSnapshot bootstrap,
            Set<String> ownSecrets,
            Duration patience) {
        /** Envoy's default of {@code initial_fetch_timeout}. */
        public static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(15);

        public Config {
            metadata = Map.copyOf(metadata);
            ownSecrets = Set.copyOf(ownSecrets);
        }
    }

    private final Config config;
    private final ControlPlane controlPlane;
    private final ResourceParser parser;
    private final Log log;
    private final Resources resources;
    private final Publisher publisher;
    private final ResumedStream stream;
    private final Map<ResourceType, AdsStatus.Counts> counts = new EnumMap<>(ResourceType.class);
    private final Map<Warming.Need, AdsStatus.Rejection> rejections = new LinkedHashMap<>();
    private @Nullable DiscoveryRequests requests; // of the current stream
    private boolean connected; // the control plane answered on the current stream

    public AdsClient(
            Config config,
            ControlPlane controlPlane,
            ResourceParser parser,
            SnapshotSink sink,
            RandomGenerator random,
            Log log) {
        this.config = config;
        this.controlPlane = controlPlane;
        this.parser = parser;
        this.log = log;
        this.resources = new Resources(config.bootstrap);
        Set<ResourceType> awaited = new LinkedHashSet<>();
        if (config.clusters) {
            awaited.add(ResourceType.CLUSTER);
        }
        if (config.listeners) {
            awaited.add(ResourceType.LISTENER);
        }
        this.publisher = new Publisher(
                resources, awaited, config.patience, controlPlane.target().loop(), sink, this::subscribe, log);
        this.stream = new ResumedStream(controlPlane, random, new StreamEvents());
        for (ResourceType type : ResourceType.values()) {
            counts.put(type, new AdsStatus.Counts());
        }
    }

    /** Starts to ask; called once. */
    public void start() {
        controlPlane.target().loop().execute(() -> {
            publisher.start();
            stream.start();
        });
    }

    /** Gives or renews the secrets that are ours; what uses them is updated at once. */
    public void secrets(Map<String, Secret> secrets) {
        resources.own(secrets);
        logRefusal(publisher.publish(null));
    }

    /** Whether a first complete snapshot serves. */
    public boolean isServing() {
        return publisher.isServing();
    }

    /** What serves. */
    public XdsSnapshot snapshot() {
        return publisher.snapshot();
    }

    /** How things stand, for people. */
    public AdsStatus status() {
        return AdsStatus.of(connected, publisher, resources, counts, rejections);
    }

    private final class StreamEvents implements ResumedStream.Events {
        @Override
        public String method() {
            DiscoveryRequests fresh = config.delta
                    ? DiscoveryRequests.delta(config.node)
                    : DiscoveryRequests.stateOfTheWorld(config.node);
            requests = fresh;
            return fresh.method();
        }

        @Override
        public Map<String, String> metadata() {
            return config.metadata;
        }

        @Override
        public void opened() {
            subscribe();
        }

        @Override
        public void message(byte[] message) {
            DiscoveryRequests current = requests;
            if (current == null) {
                return;
            }
            DiscoveryResponse response;
            try {
                response = current.read(message);
            } catch (ProtoReader.ProtoException e) {
                stream.restart("malformed discovery response: " + e.getMessage());
                return;
            }
            if (!connected) {
                connected = true;
                log.info("connected to control plane " + controlPlane.target().address());
            }
            stream.send(current.answer(response, take(response)));
            subscribe();
        }

        @Override
        public void ended(GrpcStatus status) {
            requests = null;
            if (connected) {
                connected = false;
                if (!controlPlane.isClosed()) {
                    log.warn("configuration stream ended: " + status + "; the last configuration stays");
                }
            } else {
                log.debug("configuration stream failed: " + status);
            }
        }
    }

    private void subscribe() {
        DiscoveryRequests current = requests;
        if (current == null || !stream.isOpen()) {
            return;
        }
        for (ResourceType type : ResourceType.values()) { // clusters first: they take the longest to warm
            boolean all = type == ResourceType.CLUSTER && config.clusters
                    || type == ResourceType.LISTENER && config.listeners;
            Set<String> names = wanted(type);
            byte[] request = current.subscribe(type, all, names, resources.versions(type));
            if (request != null) {
                stream.send(request);
            }
            if (type != ResourceType.CLUSTER && type != ResourceType.LISTENER) {
                forget(type, names);
            }
        }
    }

    /** What nobody references any more is not kept: it would not be updated. */
    private void forget(ResourceType type, Set<String> wanted) {
        for (String name : List.copyOf(resources.of(type).keySet())) {
            if (!wanted.contains(name)) {
                resources.remove(type, name);
            }
        }
        rejections.keySet().removeIf(need -> need.type() == type && !wanted.contains(need.name()));
    }

    /** Takes over what is good of a response; null, or everything that is wrong with the rest. */
    private @Nullable String take(DiscoveryResponse response) {
        ResourceType type = response.type();
        if (type == null) {
            return "type " + response.typeUrl() + " was not asked for";
        }
        AdsStatus.Counts count = java.util.Objects.requireNonNull(counts.get(type));
        List<String> errors = new ArrayList<>();
        Map<String, @Nullable String> changed = new LinkedHashMap<>(); // to the version before
        Set<String> named = new HashSet<>();
        boolean removable = type == ResourceType.LISTENER || type == ResourceType.CLUSTER;
        Set<String> wanted = removable ? Set.of() : wanted(type);
        for (DiscoveryResponse.Item item : response.items()) {
            named.add(item.name());
            if (removable || wanted.contains(item.name())) { // answers may hold more than was asked for
                take(type, item, errors, changed);
            }
        }
        if (removable && response.whole() && !named.contains("")) {
            List.copyOf(resources.of(type).keySet()).stream()
                    .filter(name -> !named.contains(name))
                    .forEach(name -> drop(type, name));
        }
        for (String name : response.removed()) {
            if (removable) {
                drop(type, name);
            } else {
                // As Envoy: what is in use stays until nobody references it. What never was is not waited for.
                resources.versions(type).remove(name);
                publisher.giveUp(new Warming.Need(type, name));
            }
        }
        publisher.answered(type);
        Map<Accepted<?>, String> refused = publisher.publish(type);
        refused.forEach((resource, reason) -> {
            if (changed.containsKey(resource.name()) && resources.of(type).get(resource.name()) == resource) {
                errors.add(reason);
                reject(type, resource.name(), reason);
                restore(type, resource.name(), changed.get(resource.name()));
            } else {
                log.warn("cannot serve " + resource.name() + ": " + reason + "; its last version stays");
            }
        });
        count.lastVersion = response.version();
        if (errors.isEmpty()) {
            count.accepted++;
            return null;
        }
        count.rejected++;
        String refusal = String.join("\n", errors);
        refusal = refusal.length() <= MAX_REFUSAL ? refusal : refusal.substring(0, MAX_REFUSAL) + "…";
        count.lastError = refusal;
        log.warn("refused " + errors.size() + " of " + response.items().size() + " " + type.messageName() + " updates: "
                + refusal);
        return refusal;
    }

    private void take(
            ResourceType type,
            DiscoveryResponse.Item item,
            List<String> errors,
            Map<String, @Nullable String> changed) {
        String name = item.name();
        Warming.Need key = new Warming.Need(type, name);
        if (resources.isStatic(type, name)) {
            errors.add(name + ": a static resource of this name cannot be replaced");
            return;
        }
        Accepted<?> before = resources.of(type).get(name);
        if (before != null && java.util.Arrays.equals(before.message(), item.message())) {
            resources.versions(type).put(name, item.version());
            rejections.remove(key);
            return;
        }
        switch (parser.parse(type, item.message())) {
            case Parsed.Rejected<?> rejected -> {
                StringBuilder reason = new StringBuilder();
                for (Diagnostic problem : rejected.diagnostics()) {
                    if (problem.severity() == Diagnostic.Severity.ERROR) {
                        reason.append(reason.isEmpty() ? "" : "\n")
                                .append(name)
                                .append(": ")
                                .append(line(problem));
                    }
                }
                errors.add(reason.toString());
                reject(type, name, reason.toString());
            }
            case Parsed.Ok<?> ok -> {
                changed.put(name, resources.versions(type).get(name));
                resources.put(type, item.version(), Accepted.of(name, item.message(), ok.value(), item.version()));
                rejections.remove(key);
                java.util.Objects.requireNonNull(counts.get(type)).warnings +=
                        ok.warnings().size();
            }
        }
    }

    private Set<String> wanted(ResourceType type) {
        return switch (type) {
            case ENDPOINT -> publisher.wanted(References::endpoints);
            case ROUTE -> publisher.wanted(References::routes);
            case SECRET -> {
                Set<String> secrets = publisher.wanted(References::secrets);
                secrets.removeAll(config.ownSecrets);
                secrets.removeIf(name -> resources.isStatic(ResourceType.SECRET, name));
                yield secrets;
            }
            case LISTENER, CLUSTER -> Set.of();
        };
    }

    private void drop(ResourceType type, String name) {
        resources.remove(type, name);
        rejections.remove(new Warming.Need(type, name));
    }

    private void reject(ResourceType type, String name, String reason) {
        rejections.put(new Warming.Need(type, name), new AdsStatus.Rejection(reason, Instant.now()));
    }

    /** A refused resource does not count as held: a reconnect must bring it, or its better version, again. */
    private void restore(ResourceType type, String name, @Nullable String version) {
        if (version == null) {
            resources.versions(type).remove(name);
        } else {
            resources.versions(type).put(name, version);
        }
    }

    private void logRefusal(Map<Accepted<?>, String> refused) {
        refused.forEach((resource, reason) ->
                log.warn("cannot serve " + resource.name() + ": " + reason + "; its last version stays"));
    }

    static String line(Diagnostic problem) {
        String path = problem.path().isEmpty() ? "" : problem.path() + ": ";
        return path + problem.problem() + (problem.hint().isEmpty() ? "" : "; " + problem.hint());
    }
}
