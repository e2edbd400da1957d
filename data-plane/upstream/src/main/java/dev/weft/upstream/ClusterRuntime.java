package dev.weft.upstream;

import dev.weft.balance.Balancing;
import dev.weft.balance.Endpoint;
import dev.weft.balance.HealthCheckState;
import dev.weft.balance.HealthFlag;
import dev.weft.balance.HostSet;
import dev.weft.balance.Limits;
import dev.weft.balance.LoadBalancer;
import dev.weft.balance.PickContext;
import dev.weft.base.Address;
import dev.weft.base.Cidr;
import dev.weft.codec.Http2Options;
import dev.weft.codec.Mux;
import dev.weft.http.HttpVersion;
import dev.weft.net.Loop;
import dev.weft.stats.StatsRegistry;
import dev.weft.xdsmodel.CircuitBreakers;
import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.HealthCheck;
import dev.weft.xdsmodel.Http2ProtocolOptions;
import dev.weft.xdsmodel.LbEndpoint;
import dev.weft.xdsmodel.Metadata;
import dev.weft.xdsmodel.TransportSocket;
import dev.weft.xdsmodel.UpstreamHttp;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A cluster at work. The object stays the same from the cluster's first configuration to its removal, so that routes and
 * streams may hold it; configuration and hosts are swapped inside.
 *
 * <p>Threads: changed by the control thread and the resolver (guarded by this); {@link #pick} and the accessors from any
 * loop. Endpoints that stay keep their pools, so a change of membership resets nothing.
 */
public final class ClusterRuntime {
    /** An ORIGINAL_DST endpoint without connections is forgotten after this (Envoy's cleanup interval is 5 s). */
    private static final long ORIGINAL_DST_KEEP_NANOS = TimeUnit.SECONDS.toNanos(60);

    private record Key(
            InetSocketAddress address,
            String hostname,
            Metadata metadata,
            TransportSocket socket,
            UpstreamHttp.Protocol protocol,
            LbEndpoint.HealthCheckConfig healthCheck) {}

    private final List<Loop> loops;
    private final Function<TransportSocket, Transport> transports;
    private final Limits limits;
    private final ClusterStats stats;
    private final HealthChecks checks;
    private final HealthStats healthStats;
    private final Map<Key, EndpointRuntime> endpoints = new LinkedHashMap<>(); // guarded by this
    private final ConcurrentHashMap<InetSocketAddress, EndpointRuntime> originalDestinations =
            new ConcurrentHashMap<>();
    private final Map<TransportSocket, Transport> sockets = new HashMap<>(); // guarded by this
    private final Whereabouts self;
    private Members members = Members.NONE; // guarded by this
    private Callers callers = Callers.UNKNOWN; // guarded by this
    private volatile Cluster config;
    private volatile List<InetSocketAddress> sources; // of config, parsed
    private volatile @Nullable Cidr virtualAddresses; // of config, parsed
    private volatile LoadBalancer<EndpointRuntime> balancer;
    private volatile boolean hashing; // of balancer
    private volatile @Nullable Object telemetry;

    ClusterRuntime(
            Cluster config,
            List<Loop> loops,
            Function<TransportSocket, Transport> transports,
            StatsRegistry stats,
            Whereabouts self,
            HealthChecks checks) {
        this.config = config;
        this.self = self;
        this.sources = sources(config);
        this.virtualAddresses = virtualAddresses(config);
        this.loops = loops;
        this.transports = transports;
        CircuitBreakers.Thresholds t = config.circuitBreakers().normal();
        this.limits = Limits.of(t.maxConnections(), t.maxPendingRequests(), t.maxRequests(), t.maxRetries());
        this.stats = new ClusterStats(stats, statName(config));
        Balancing balancing = Balancers.balancing(config, self);
        this.hashing = balancing.policy().isHashing();
        this.balancer = LoadBalancer.of(balancing, HostSet.of(List.of()));
        this.checks = checks;
        this.healthStats = new HealthStats(stats, statName(config), this);
        if (isChecked()) {
            healthStats.checked(this);
        }
    }

    public String name() {
        return config.name();
    }

    public Cluster config() {
        return config;
    }

    /** Whether its endpoints are spoken to in HTTP/2 when a request came in that version. */
    boolean speaksHttp2(HttpVersion version) {
        return switch (config.http().protocol()) {
            case HTTP1, AUTO -> false;
            case HTTP2 -> true;
            case USE_DOWNSTREAM -> version == HttpVersion.HTTP_2;
        };
    }

    /** What the application behind a proxy of ours is to be spoken to in. */
    Mux mux() {
        return switch (config.http().protocol()) {
            case HTTP1 -> Mux.HTTP1;
            case HTTP2 -> Mux.HTTP2;
            case AUTO, USE_DOWNSTREAM -> Mux.AS_RECEIVED;
        };
    }

    /** How its HTTP/2 connections treat their peer: the configuration's figures, else our own. */
    Http2Options http2Options(boolean multiplexed) {
        Http2ProtocolOptions wanted = config.http().http2();
        Http2Options ours = multiplexed ? Http2Options.MESH.multiplexing(mux()) : Http2Options.UPSTREAM;
        Http2Options figures = ours.with(
                wanted.maxConcurrentStreams(), wanted.initialStreamWindowSize(), wanted.initialConnectionWindowSize());
        Http2ProtocolOptions.KeepAlive keepAlive = wanted.keepAlive();
        return keepAlive == null ? figures : figures.withPings(keepAlive.interval(), keepAlive.timeout());
    }

    public Limits limits() {
        return limits;
    }

    public ClusterStats stats() {
        return stats;
    }

    HealthStats healthStats() {
        return healthStats;
    }

    /** The endpoints as they are now. */
    public HostSet<EndpointRuntime> hosts() {
        return balancer.hosts();
    }

    /** Endpoints of an ORIGINAL_DST cluster that are in use, for the admin page. */
    public List<EndpointRuntime> originalDestinations() {
        return List.copyOf(originalDestinations.values());
    }

    /** An endpoint for an attempt, or null when none may be used. Any loop; allocates nothing. */
    public @Nullable EndpointRuntime pick(PickContext context) {
        LoadBalancer<EndpointRuntime> current = balancer;
        Address wanted = context.overrideHost();
        if (wanted != null) {
            EndpointRuntime endpoint = current.hosts().find(wanted);
            if (endpoint != null
                    && context.allows(endpoint)
                    && config.loadBalancing().overrideHostStatus().contains(endpoint.status())) {
                return endpoint;
            }
            if (context.isOverrideStrict()) {
                return null;
            }
        }
        return current.pick(context);
    }

    /** Whether a pick depends on the hash of the request. */
    public boolean isHashing() {
        return hashing;
    }

    public boolean isOriginalDst() {
        return config.type() == Cluster.DiscoveryType.ORIGINAL_DST;
    }

    /**
     * Whether an address only stands for a service, so that no machine has it: the cluster's metadata
     * {@code weft: {virtual_addresses: CIDR}} says so.
     */
    public boolean isVirtual(InetSocketAddress address) {
        Cidr range = virtualAddresses;
        return range != null && range.contains(address.getAddress().getAddress());
    }

    static @Nullable Cidr virtualAddresses(Cluster cluster) {
        String range = cluster.metadata().string("weft", "virtual_addresses");
        return range == null ? null : Cidr.parse(range);
    }

    /**
     * The endpoint of an ORIGINAL_DST cluster for a connection that wanted to go there; null for a virtual address, where
     * dialling would only time out. Any loop.
     */
    public @Nullable EndpointRuntime originalDestination(InetSocketAddress wanted) {
        int override = config.originalDst().upstreamPortOverride();
        InetSocketAddress address = override == 0 ? wanted : new InetSocketAddress(wanted.getAddress(), override);
        EndpointRuntime endpoint = originalDestinations.get(address);
        if (endpoint == null) {
            if (isVirtual(address)) {
                return null;
            }
            endpoint = originalDestinations.computeIfAbsent(address, this::newOriginalDestination);
        }
        endpoint.used();
        return endpoint;
    }

    private EndpointRuntime newOriginalDestination(InetSocketAddress address) {
        LbEndpoint described = LbEndpoint.of(address.getAddress().getHostAddress(), address.getPort());
        synchronized (this) {
            return new EndpointRuntime(this, described, address, transport(config, described), loops.size());
        }
    }

    /** The address connections are made from, or null for the kernel's choice (as for another address family). */
    @Nullable
    InetSocketAddress sourceAddress(InetSocketAddress destination) {
        for (InetSocketAddress source : sources) {
            if (source.getAddress().getClass() == destination.getAddress().getClass()) {
                return source;
            }
        }
        return null;
    }

    private static List<InetSocketAddress> sources(Cluster cluster) {
        return cluster.upstreamBindAddresses().stream()
                .map(Addresses::literal)
                .filter(Objects::nonNull)
                .toList();
    }

    /** What the owner of metrics keeps here; null until set. */
    public @Nullable Object telemetry() {
        return telemetry;
    }

    public void telemetry(Object value) {
        telemetry = value;
    }

    // Configuration.

    /** Takes a new configuration of the same cluster. Endpoints follow with {@link #endpoints}. */
    synchronized void configure(Cluster next) {
        Cluster before = config;
        config = next;
        sources = sources(next);
        virtualAddresses = virtualAddresses(next);
        CircuitBreakers.Thresholds t = next.circuitBreakers().normal();
        limits.update(t.maxConnections(), t.maxPendingRequests(), t.maxRequests(), t.maxRetries());
        boolean balancesAnew = !before.loadBalancing().equals(next.loadBalancing());
        if (balancesAnew) {
            Balancing balancing = Balancers.balancing(next, self);
            hashing = balancing.policy().isHashing();
            balancer = LoadBalancer.of(balancing, balancer.hosts());
        }
        if (isOriginalDst() && !before.transportSocket().equals(next.transportSocket())) {
            originalDestinations.values().forEach(this::retire);
            originalDestinations.clear();
        }
        if (balancesAnew
                || before.http().protocol() != next.http().protocol()
                || !before.transportSocketMatches().equals(next.transportSocketMatches())
                || !before.transportSocket().equals(next.transportSocket())
                || !before.healthChecking().equals(next.healthChecking())) {
            swap(members);
        }
    }

    /** Takes the endpoints there are now. Those that stay keep their connections; the others' are drained. */
    synchronized void endpoints(Members next) {
        if (!next.equals(members)) {
            swap(next);
        }
    }

    /** Learns where the callers of this proxy's kind are. */
    synchronized void callers(Callers next) {
        boolean changed = !next.equals(callers);
        callers = next;
        if (changed && Balancers.followsCallers(config)) {
            spread(balancer.hosts().all());
        }
    }

    private void swap(Members next) {
        members = next;
        Cluster cluster = config;
        Map<Key, EndpointRuntime> kept = new LinkedHashMap<>();
        for (Members.Resolved resolved : next.endpoints()) {
            LbEndpoint endpoint = resolved.endpoint();
            Transport transport = transport(cluster, endpoint);
            Key key = new Key(
                    resolved.address(),
                    endpoint.hostname(),
                    endpoint.metadata(),
                    transport.config(),
                    cluster.http().protocol(),
                    endpoint.healthCheck());
            EndpointRuntime runtime = endpoints.remove(key);
            if (runtime == null) {
                runtime = kept.get(key);
            }
            if (runtime == null) {
                runtime = new EndpointRuntime(this, endpoint, resolved.address(), transport, loops.size());
                if (isChecked(cluster, runtime)) {
                    HealthCheckState.await(runtime, !cluster.healthChecking().ignoreNewUntilFirst());
                }
            }
            if (!isChecked(cluster, runtime)) {
                HealthCheckState.forget(runtime);
            }
            runtime.flag(HealthFlag.PENDING_DYNAMIC_REMOVAL, false);
            runtime.weight((int) Math.max(1, Math.min(endpoint.loadBalancingWeight(), 1 << 20)));
            runtime.priority(resolved.priority());
            runtime.locality(resolved.locality());
            runtime.declared(endpoint.healthStatus());
            health(runtime, endpoint.healthStatus());
            kept.put(key, runtime);
        }
        if (staysWhilePassing(cluster)) {
            endpoints.forEach((key, runtime) -> {
                if (isChecked(cluster, runtime) && runtime.health() != Endpoint.Health.UNHEALTHY) {
                    runtime.flag(HealthFlag.PENDING_DYNAMIC_REMOVAL, true);
                    kept.put(key, runtime);
                }
            });
            endpoints.keySet().removeAll(kept.keySet());
        }
        List<EndpointRuntime> gone = List.copyOf(endpoints.values());
        endpoints.clear();
        endpoints.putAll(kept);
        publish();
        gone.forEach(this::retire);
        checks.watch(this);
    }

    /** The endpoints there are, with their weight and health as they are now, are what is chosen from. */
    private void publish() {
        spread(List.copyOf(endpoints.values()));
    }

    private void spread(List<EndpointRuntime> all) {
        balancer = balancer.withHosts(HostSet.of(all, Balancers.spread(config, members, self, callers)));
    }

    /** What the control plane says; TIMEOUT as Envoy takes it. */
    private static void health(Endpoint endpoint, LbEndpoint.HealthStatus status) {
        endpoint.flag(
                HealthFlag.FAILED_EDS_HEALTH,
                status == LbEndpoint.HealthStatus.UNHEALTHY || status == LbEndpoint.HealthStatus.TIMEOUT);
        endpoint.flag(HealthFlag.EDS_STATUS_DRAINING, status == LbEndpoint.HealthStatus.DRAINING);
        endpoint.flag(HealthFlag.DEGRADED_EDS_HEALTH, status == LbEndpoint.HealthStatus.DEGRADED);
    }

    // Health.

    /** Whether this proxy checks its endpoints. */
    boolean isChecked() {
        return config.healthChecking().check() != null && !isOriginalDst();
    }

    private static boolean isChecked(Cluster cluster, EndpointRuntime endpoint) {
        return cluster.healthChecking().check() != null
                && !endpoint.config().healthCheck().disabled();
    }

    /** Whether an endpoint that is no longer among the configured ones stays until its check fails (as Envoy's). */
    private static boolean staysWhilePassing(Cluster cluster) {
        boolean discovered =
                cluster.type() == Cluster.DiscoveryType.EDS || cluster.type() == Cluster.DiscoveryType.STRICT_DNS;
        return discovered
                && cluster.healthChecking().check() != null
                && !cluster.healthChecking().ignoreOnRemoval();
    }

    /** An endpoint that is to be checked, where, and how. */
    record Checked(Destination destination, HealthCheck config) {}

    /** All endpoints that are to be checked now. */
    synchronized List<Checked> checked(UpstreamLoop loop) {
        Cluster cluster = config;
        HealthCheck check = cluster.healthChecking().check();
        List<Checked> checked = new ArrayList<>();
        if (check == null || isOriginalDst()) {
            return checked;
        }
        healthStats.checked(this);
        for (EndpointRuntime endpoint : endpoints.values()) {
            if (isChecked(cluster, endpoint)) {
                Transport transport = check.transportSocketMatch() == null
                        ? endpoint.transport()
                        : transport(cluster, check.transportSocketMatch());
                checked.add(new Checked(new Destination(loop, endpoint, checkedAt(endpoint), transport), check));
            }
        }
        return checked;
    }

    private static InetSocketAddress checkedAt(EndpointRuntime endpoint) {
        LbEndpoint.HealthCheckConfig own = endpoint.config().healthCheck();
        InetSocketAddress other = own.address() == null ? null : Addresses.literal(own.address());
        if (other != null) {
            return other;
        }
        InetSocketAddress itself = endpoint.socketAddress();
        return own.port() == 0 ? itself : new InetSocketAddress(itself.getAddress(), own.port());
    }

    /**
     * Some source has set or cleared {@linkplain HealthFlag flags} of endpoints: the balancer follows. Any thread but a
     * loop's.
     *
     * @return whether endpoints have left, which had only stayed for as long as they passed
     */
    synchronized boolean healthChanged() {
        List<EndpointRuntime> gone = endpoints.values().stream()
                .filter(endpoint -> endpoint.has(HealthFlag.PENDING_DYNAMIC_REMOVAL)
                        && endpoint.health() == Endpoint.Health.UNHEALTHY)
                .toList();
        endpoints.values().removeAll(gone);
        publish();
        gone.forEach(this::retire);
        return !gone.isEmpty();
    }

    /** The endpoint has asked, in an answer to a request, to be left out. */
    void leaveOut(EndpointRuntime endpoint) {
        checks.leaveOut(endpoint);
    }

    private void retire(EndpointRuntime endpoint) {
        endpoint.retire();
        for (Loop loop : loops) {
            loop.netty().execute(() -> endpoint.drain(loop.index()));
        }
    }

    /** Forgets ORIGINAL_DST endpoints nobody has asked for lately. Control thread, now and then. */
    void forgetUnused() {
        long now = System.nanoTime();
        for (EndpointRuntime endpoint : originalDestinations.values()) {
            if (now - endpoint.lastUsed() > ORIGINAL_DST_KEEP_NANOS && endpoint.activeRequests() == 0) {
                originalDestinations.remove(endpoint.socketAddress(), endpoint);
                retire(endpoint);
            }
        }
    }

    /** The cluster is removed: idle connections close, others after their exchange. */
    synchronized void remove() {
        endpoints.values().forEach(this::retire);
        endpoints.clear();
        originalDestinations.values().forEach(this::retire);
        originalDestinations.clear();
        sockets.values().forEach(Transport::close);
        sockets.clear();
    }

    /** The first match whose values the endpoint's metadata has, else the cluster's own socket. */
    private Transport transport(Cluster cluster, LbEndpoint endpoint) {
        return transport(cluster, endpoint.metadata().of("envoy.transport_socket_match"));
    }

    private Transport transport(Cluster cluster, Map<String, @Nullable Object> values) {
        for (Cluster.TransportSocketMatch match : cluster.transportSocketMatches()) {
            if (matches(match.match(), values)) {
                return sockets.computeIfAbsent(match.transportSocket(), transports);
            }
        }
        return sockets.computeIfAbsent(cluster.transportSocket(), transports);
    }

    private static boolean matches(Map<String, @Nullable Object> wanted, Map<String, @Nullable Object> values) {
        for (Map.Entry<String, @Nullable Object> entry : wanted.entrySet()) {
            if (!values.containsKey(entry.getKey())
                    || !java.util.Objects.equals(entry.getValue(), values.get(entry.getKey()))) {
                return false;
            }
        }
        return true;
    }

    private static String statName(Cluster cluster) {
        return cluster.altStatName().isEmpty() ? cluster.name() : cluster.altStatName();
    }
}
