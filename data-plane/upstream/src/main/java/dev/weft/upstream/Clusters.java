package dev.weft.upstream;

import dev.weft.base.Diagnostic;
import dev.weft.base.Log;
import dev.weft.net.Loop;
import dev.weft.net.SystemNames;
import dev.weft.net.TlsConfigException;
import dev.weft.net.TlsContexts;
import dev.weft.stats.StatsRegistry;
import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.ClusterLoadAssignment;
import dev.weft.xdsmodel.LbEndpoint;
import dev.weft.xdsmodel.LocalityLbEndpoints;
import dev.weft.xdsmodel.TransportSocket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All clusters of a workload by name. Changed in two steps, so that nothing ever refers to a cluster that is gone: first
 * {@link #update} adds and changes, then, when routes have moved, {@link #retain} removes.
 *
 * <p>Threads: {@link #find} from anywhere; the rest on the control thread.
 */
public final class Clusters implements AutoCloseable {
    private static final int LEAVE_SECONDS = 60;

    private final List<Loop> loops;
    private final Function<TransportSocket, Transport> transports;
    private final StatsRegistry stats;
    private final TlsContexts tls;
    private final List<Transport> checked = new ArrayList<>();
    private final DnsRefresher dns;
    private final HealthChecks checks;
    private final ConcurrentHashMap<String, ClusterRuntime> byName = new ConcurrentHashMap<>();
    private final Whereabouts self;
    private final Map<ClusterRuntime, Long> leaving = new HashMap<>(); // removed, and when

    /** No clusters yet. */
    public static Clusters of(List<Loop> loops, TlsContexts tls, StatsRegistry stats, Whereabouts self, Log log) {
        return new Clusters(loops, tls, stats, SystemNames::resolve, self, log);
    }

    private static Transport transport(TransportSocket socket, TlsContexts tls) {
        if (socket instanceof TransportSocket.UpstreamTls client) {
            try {
                return new TlsTransport(client, tls);
            } catch (TlsConfigException e) {
                throw new IllegalArgumentException(e); // check() has said so before
            }
        }
        return new Transport.Plain(socket);
    }

    Clusters(
            List<Loop> loops,
            TlsContexts tls,
            StatsRegistry stats,
            DnsRefresher.Resolver names,
            Whereabouts self,
            Log log) {
        this.dns = new DnsRefresher(names, this::membersChanged);
        this.self = self;
        this.checks = new HealthChecks(log.component("health"));
        this.loops = List.copyOf(loops);
        this.tls = tls;
        this.transports = socket -> transport(socket, tls);
        this.stats = stats;
    }

    /** The cluster of that name, or null. */
    public @Nullable ClusterRuntime find(String name) {
        return byName.get(name);
    }

    public Collection<ClusterRuntime> all() {
        return List.copyOf(byName.values());
    }

    /** What these clusters could not do, without changing anything. */
    public List<Diagnostic> check(Collection<Cluster> clusters) {
        List<Diagnostic> problems = new ArrayList<>();
        checked.forEach(Transport::close);
        checked.clear();
        for (Cluster cluster : clusters) {
            ClusterRuntime known = byName.get(cluster.name());
            if (known == null || !known.config().equals(cluster)) {
                checkTls(cluster, cluster.transportSocket(), problems);
                cluster.transportSocketMatches().forEach(m -> checkTls(cluster, m.transportSocket(), problems));
            }
            try {
                Object unused = ClusterRuntime.virtualAddresses(cluster);
            } catch (IllegalArgumentException e) {
                problems.add(Diagnostic.error(
                        "bad-value",
                        "clusters[" + cluster.name() + "].metadata.weft.virtual_addresses",
                        String.valueOf(e.getMessage()),
                        "a range like 240.240.0.0/16"));
            }
            ClusterLoadAssignment assignment = cluster.loadAssignment();
            if (cluster.type() != Cluster.DiscoveryType.STATIC || assignment == null) {
                continue;
            }
            for (LocalityLbEndpoints locality : assignment.endpoints()) {
                for (LbEndpoint endpoint : locality.lbEndpoints()) {
                    if (Addresses.literal(endpoint.address()) == null) {
                        problems.add(Diagnostic.error(
                                "not-an-address",
                                "clusters[" + cluster.name() + "].load_assignment",
                                "'" + endpoint.address().host() + "' is not an IP address",
                                "use type STRICT_DNS for names"));
                    }
                }
            }
        }
        return problems;
    }

    private void checkTls(Cluster cluster, TransportSocket socket, List<Diagnostic> problems) {
        if (!(socket instanceof TransportSocket.UpstreamTls client)) {
            return;
        }
        try {
            // Kept until the clusters have their own, so that what they share is built once.
            checked.add(new TlsTransport(client, tls));
        } catch (TlsConfigException e) {
            String path = "clusters[" + cluster.name() + "].transport_socket.common_tls_context.";
            for (Diagnostic d : e.diagnostics()) {
                problems.add(
                        new Diagnostic(d.severity(), d.code(), path + d.path(), d.problem(), d.hint(), d.location()));
            }
        }
    }

    /**
     * Adds and changes clusters and their endpoints. New DNS clusters have been resolved once, or 5 s have passed; the
     * endpoints of new clusters have been checked once, where they are, or 2 s have passed.
     */
    public void update(Map<String, Cluster> clusters, Map<String, ClusterLoadAssignment> assignments) {
        List<ClusterRuntime> newOnes = new ArrayList<>();
        List<ClusterRuntime> newDns = new ArrayList<>();
        for (Cluster cluster : clusters.values()) {
            ClusterRuntime runtime = byName.get(cluster.name());
            boolean added = runtime == null;
            if (runtime == null) {
                runtime = new ClusterRuntime(cluster, loops, transports, stats, self, checks);
            } else if (!runtime.config().equals(cluster)) {
                runtime.configure(cluster);
            }
            switch (cluster.type()) {
                case STATIC -> assign(runtime, cluster.loadAssignment());
                case EDS -> assign(runtime, assignments.get(cluster.edsResourceName()));
                case STRICT_DNS, LOGICAL_DNS -> {
                    dns.watch(runtime);
                    if (added) {
                        newDns.add(runtime);
                    }
                }
                case ORIGINAL_DST -> {}
            }
            checks.watch(runtime);
            if (added) {
                byName.put(cluster.name(), runtime);
                newOnes.add(runtime);
            }
        }
        checked.forEach(Transport::close);
        checked.clear();
        dns.awaitFirst(newDns);
        checks.awaitFirst(newOnes);
        ClusterRuntime own = byName.get(self.localCluster());
        if (own != null) {
            membersChanged(own);
        }
    }

    /** The highest descriptor a connection of a health check may have, as {@link dev.weft.net.EventLoops#maxDescriptor}. */
    public void maxDescriptor(int highest) {
        checks.maxDescriptor(highest);
    }

    private static void assign(ClusterRuntime runtime, @Nullable ClusterLoadAssignment assignment) {
        runtime.endpoints(Members.literals(assignment));
    }

    /** Tells all clusters where the callers are, if it is our own cluster that has changed. Also on the resolver's thread. */
    private synchronized void membersChanged(ClusterRuntime runtime) {
        if (runtime.name().equals(self.localCluster())) {
            Callers callers = Callers.of(runtime.hosts());
            byName.values().forEach(each -> each.callers(callers));
        }
    }

    /**
     * Removes all clusters but these. A removed one is found no more, but works on for {@value #LEAVE_SECONDS} s: requests
     * on connections that are being drained still go there.
     */
    public void retain(Set<String> names) {
        for (ClusterRuntime runtime : all()) {
            if (!names.contains(runtime.name()) && byName.remove(runtime.name(), runtime)) {
                dns.forget(runtime);
                checks.forget(runtime);
                leaving.put(runtime, System.nanoTime());
            }
        }
        forgetLeaving(TimeUnit.SECONDS.toNanos(LEAVE_SECONDS));
    }

    private void forgetLeaving(long olderThanNanos) {
        long now = System.nanoTime();
        leaving.entrySet().removeIf(entry -> {
            if (now - entry.getValue() < olderThanNanos) {
                return false;
            }
            ClusterRuntime runtime = entry.getKey();
            runtime.remove();
            if (!byName.containsKey(runtime.name())) {
                runtime.stats().remove(stats);
                runtime.healthStats().remove();
            }
            return true;
        });
    }

    /** Forgets what was not used for a while; called about once a minute. */
    public void forgetUnused() {
        byName.values().forEach(ClusterRuntime::forgetUnused);
        forgetLeaving(TimeUnit.SECONDS.toNanos(LEAVE_SECONDS));
    }

    @Override
    public void close() {
        retain(Set.of());
        forgetLeaving(0);
        dns.close();
        checks.close();
    }
}
