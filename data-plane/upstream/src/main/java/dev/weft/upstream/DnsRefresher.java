package dev.weft.upstream;

import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.ClusterLoadAssignment;
import dev.weft.xdsmodel.LbEndpoint;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the names of DNS clusters again and again, on a thread of its own (the JDK's resolver blocks). A name that does
 * not resolve keeps its last addresses.
 */
final class DnsRefresher implements AutoCloseable {
    private static final long FIRST_WAIT_SECONDS = 5;

    /** Turns a name into addresses; may block. */
    interface Resolver {
        InetAddress[] resolve(String name) throws UnknownHostException;
    }

    private final Resolver names;
    private final Consumer<ClusterRuntime> changed;
    private final ScheduledExecutorService resolver = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "weft-dns");
        thread.setDaemon(true);
        return thread;
    });
    private final Map<ClusterRuntime, Watch> watches = new ConcurrentHashMap<>();

    /** One cluster's names. Confined to the resolver's thread but for the latch. */
    private static final class Watch {
        private final CountDownLatch first = new CountDownLatch(1);
        private final Map<String, List<InetAddress>> known = new ConcurrentHashMap<>();
    }

    /** @param changed told of a cluster whose addresses may have changed, on the resolver's thread */
    DnsRefresher(Resolver names, Consumer<ClusterRuntime> changed) {
        this.names = names;
        this.changed = changed;
    }

    /** Begins to resolve a cluster, or resolves it at once with its new configuration. */
    void watch(ClusterRuntime cluster) {
        boolean added = watches.putIfAbsent(cluster, new Watch()) == null;
        if (added) {
            resolver.execute(() -> refresh(cluster));
        } else {
            resolver.execute(() -> resolve(cluster));
        }
    }

    void forget(ClusterRuntime cluster) {
        watches.remove(cluster);
    }

    void awaitFirst(List<ClusterRuntime> clusters) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(FIRST_WAIT_SECONDS);
        for (ClusterRuntime cluster : clusters) {
            Watch watch = watches.get(cluster);
            if (watch != null) {
                try {
                    watch.first.await(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private void refresh(ClusterRuntime cluster) {
        if (!watches.containsKey(cluster)) {
            return;
        }
        try {
            resolve(cluster);
        } finally {
            long millis = Math.max(1, cluster.config().dns().refreshRate().toMillis());
            resolver.schedule(() -> refresh(cluster), millis, TimeUnit.MILLISECONDS);
        }
    }

    private void resolve(ClusterRuntime cluster) {
        Watch watch = watches.get(cluster);
        Cluster config = cluster.config();
        ClusterLoadAssignment assignment = config.loadAssignment();
        if (watch == null || assignment == null) {
            return;
        }
        boolean logical = config.type() == Cluster.DiscoveryType.LOGICAL_DNS;
        cluster.endpoints(Members.of(assignment, endpoint -> {
            List<InetAddress> found = addresses(watch, endpoint, config.dns().lookupFamily());
            return sockets(
                    logical ? one(cluster, found) : found, endpoint.address().port());
        }));
        changed.accept(cluster);
        watch.first.countDown();
    }

    private static List<InetSocketAddress> sockets(List<InetAddress> addresses, int port) {
        return addresses.stream()
                .map(address -> new InetSocketAddress(address, port))
                .toList();
    }

    /** The address in use for as long as the name stands for it too: a large name's order changes with every answer. */
    private static List<InetAddress> one(ClusterRuntime cluster, List<InetAddress> found) {
        for (EndpointRuntime endpoint : cluster.hosts().all()) {
            InetAddress used = endpoint.socketAddress().getAddress();
            if (found.contains(used)) {
                return List.of(used);
            }
        }
        return found.isEmpty() ? found : List.of(found.getFirst());
    }

    private List<InetAddress> addresses(Watch watch, LbEndpoint endpoint, Cluster.Dns.LookupFamily family) {
        String host = endpoint.address().host();
        InetSocketAddress literal = Addresses.literal(endpoint.address());
        if (literal != null) {
            return List.of(literal.getAddress());
        }
        List<InetAddress> found = lookUp(host, family);
        if (found == null) {
            return watch.known.getOrDefault(host, List.of());
        }
        watch.known.put(host, found);
        return found;
    }

    /** The addresses of a name in a stable order; null when the resolver could not tell. */
    private @Nullable List<InetAddress> lookUp(String host, Cluster.Dns.LookupFamily family) {
        List<InetAddress> v4 = new ArrayList<>();
        List<InetAddress> v6 = new ArrayList<>();
        try {
            for (InetAddress address : names.resolve(host)) {
                (address instanceof Inet4Address ? v4 : v6).add(address);
            }
        } catch (UnknownHostException e) {
            return null;
        }
        v4.sort((a, b) -> Arrays.compareUnsigned(a.getAddress(), b.getAddress()));
        v6.sort((a, b) -> Arrays.compareUnsigned(a.getAddress(), b.getAddress()));
        return switch (family) {
            case V4_ONLY -> v4;
            case V6_ONLY -> v6;
            // Envoy: AUTO asks for IPv6 and falls back to IPv4; V4_PREFERRED the other way round.
            case AUTO -> v6.isEmpty() ? v4 : v6;
            case V4_PREFERRED -> v4.isEmpty() ? v6 : v4;
            case ALL -> {
                v4.addAll(v6);
                yield v4;
            }
        };
    }

    @Override
    public void close() {
        watches.clear();
        resolver.shutdownNow();
    }
}
