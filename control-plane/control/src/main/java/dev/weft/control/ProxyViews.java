package dev.weft.control;

import dev.weft.adminapi.CertificateStatus;
import dev.weft.adminapi.ProxyList;
import dev.weft.adminapi.ProxyStatus;
import dev.weft.adminapi.SyncState;
import dev.weft.adminapi.TypeSync;
import dev.weft.adminapi.VersionWait;
import dev.weft.base.Address;
import dev.weft.base.Cidr;
import dev.weft.base.SpiffeId;
import dev.weft.ca.CertificateAuthority;
import dev.weft.sources.Lease;
import dev.weft.sources.LeaseRegistry;
import dev.weft.xdsserver.SessionInfo;
import dev.weft.xdsserver.SessionStatus;
import dev.weft.xdsserver.TypeUrls;
import dev.weft.xdsserver.XdsServer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the operator sees of the proxies. Any thread; every call looks afresh. */
final class ProxyViews {
    private static final int ADMIN_PORT = 15020;
    private static final int MANY = 50;

    private final MeshLoop mesh;
    private final ProxySessions sessions;
    private final XdsServer xds;
    private final IssuedCertificates issued;
    private final LeaseRegistry leases;
    private final RefusedListeners refused;
    private final InstantSource clock;

    ProxyViews(
            MeshLoop mesh,
            ProxySessions sessions,
            XdsServer xds,
            IssuedCertificates issued,
            LeaseRegistry leases,
            RefusedListeners refused,
            InstantSource clock) {
        this.mesh = mesh;
        this.sessions = sessions;
        this.xds = xds;
        this.issued = issued;
        this.leases = leases;
        this.refused = refused;
        this.clock = clock;
    }

    ProxyList list() {
        Map<String, ProxyStatus> byId = new TreeMap<>();
        Map<SessionInfo, SessionStatus> statuses = xds.sessions();
        for (ProxySessions.Session session : sessions.open().values()) {
            SessionStatus status = statuses.get(session.info());
            if (status != null) {
                // A proxy that reconnected may have its former stream still: the newer one is the proxy.
                byId.merge(
                        ProxySessions.id(session.info()),
                        status(session, status, true),
                        (a, b) -> a.connectedAt().compareTo(b.connectedAt()) >= 0 ? a : b);
            }
        }
        sessions.gone().forEach((id, gone) -> byId.putIfAbsent(id, status(gone.session(), gone.status(), false)));
        return new ProxyList(mesh.image().version(), new ArrayList<>(byId.values()));
    }

    @Nullable
    ProxyStatus get(String id) {
        for (ProxyStatus proxy : list().proxies()) {
            if (proxy.id().equals(id)) {
                return proxy;
            }
        }
        return null;
    }

    private ProxyStatus status(ProxySessions.Session session, SessionStatus status, boolean connected) {
        SessionInfo info = session.info();
        NodeId node = NodeId.parse(info.node());
        String name = node == null ? info.node().id() : node.name();
        String namespace = node == null ? "" : node.namespace();
        List<TypeSync> sync = new ArrayList<>();
        SyncState worst = SyncState.SYNCED;
        for (SessionStatus.TypeStatus type : status.types()) {
            SyncState state = SyncState.valueOf(type.state().name());
            TypeSync one = new TypeSync(
                    TypeUrls.shortName(type.typeUrl()),
                    state,
                    type.resources(),
                    type.sent(),
                    type.acked(),
                    type.reason(),
                    type.rejected());
            one = one.type().equals("LDS") ? withRefused(one, ProxySessions.id(info)) : one;
            worst = one.state().compareTo(worst) > 0 ? one.state() : worst;
            sync.add(one);
        }
        sync.sort(Comparator.comparing(TypeSync::type));
        if (sync.isEmpty()) {
            worst = SyncState.STALE;
        }
        String version = info.node().text("WEFT_VERSION", info.node().userAgent());
        return new ProxyStatus(
                ProxySessions.id(info),
                name,
                namespace,
                serviceName(info),
                info.identity() == null ? null : info.identity().toString(),
                address(info),
                info.node().text("INTERCEPTION_MODE", "REDIRECT"),
                connected,
                info.openedAt().toString(),
                status.lastMessage().toString(),
                version,
                isSkewed(info.node().text("WEFT_VERSION", "")),
                info.delta() ? "delta" : "sotw",
                connected ? worst : SyncState.DISCONNECTED,
                status.liveVersion(),
                sync,
                certificate(session, name + "." + namespace));
    }

    /** Listeners that were acknowledged and then could not be served count as rejected. */
    private TypeSync withRefused(TypeSync sync, String id) {
        Map<String, String> reasons = refused.of(id);
        if (reasons.isEmpty() || sync.state() == SyncState.REJECTED) {
            return sync;
        }
        return new TypeSync(
                sync.type(),
                SyncState.REJECTED,
                sync.resources(),
                sync.sent(),
                sync.acked(),
                String.join("\n", reasons.values()),
                List.copyOf(reasons.keySet()));
    }

    /** A foreign proxy's version says nothing about ours. */
    private static boolean isSkewed(String version) {
        return !version.isEmpty() && !version.equals(Version.NUMBER);
    }

    private @Nullable CertificateStatus certificate(ProxySessions.Session session, String id) {
        SpiffeId identity = session.info().identity();
        if (identity == null) {
            return null;
        }
        // A proxy keeps its stream while it rotates, so what was issued last may be newer than what the stream shows.
        X509Certificate newest = newer(session.certificate(), issued.newest(identity.toString(), id));
        if (newest == null) {
            return null;
        }
        Instant begin = newest.getNotBefore().toInstant();
        Instant now = clock.instant();
        return new CertificateStatus(
                newest.getSerialNumber().toString(16),
                begin.toString(),
                newest.getNotAfter().toInstant().toString(),
                Math.max(
                        0,
                        Duration.between(CertificateAuthority.issuedAt(newest), now)
                                .toSeconds()),
                Duration.between(now, newest.getNotAfter().toInstant()).toSeconds());
    }

    /** The one that ends later; the second when both end in the same second. */
    private static @Nullable X509Certificate newer(@Nullable X509Certificate a, @Nullable X509Certificate b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return b.getNotAfter().before(a.getNotAfter()) ? a : b;
    }

    private static String serviceName(SessionInfo info) {
        String cluster = info.node().cluster();
        int dot = cluster.lastIndexOf('.');
        return dot > 0 ? cluster.substring(0, dot) : cluster;
    }

    private static String address(SessionInfo info) {
        NodeId node = NodeId.parse(info.node());
        return info.node()
                .text("INSTANCE_IPS", node == null ? "" : node.address())
                .split(",", 2)[0]
                .strip();
    }

    /** Connected proxies by the services they stand behind; services of the mesh without proxies count zero. */
    Map<String, Integer> instances() {
        ServiceInstances instances = new ServiceInstances(mesh.image());
        for (ProxySessions.Session session : sessions.open().values()) {
            NodeId node = NodeId.parse(session.info().node());
            if (node != null) {
                instances.add(node.name(), node.namespace(), serviceName(session.info()));
            }
        }
        return instances.counts();
    }

    /** Proxies with an authenticated identity and an address, by id. */
    Map<String, ProxyTarget> targets() {
        Map<String, Lease> byInstance = new HashMap<>();
        leases.leases().forEach(lease -> byInstance.put(lease.name() + "." + lease.namespace(), lease));
        Map<String, ProxyTarget> targets = new TreeMap<>();
        for (ProxySessions.Session session : sessions.open().values()) {
            SessionInfo info = session.info();
            NodeId node = NodeId.parse(info.node());
            SpiffeId identity = info.identity();
            String address = address(info);
            if (node == null || identity == null || Cidr.literal(address) == null) {
                continue;
            }
            Lease lease = byInstance.get(node.id());
            boolean named = lease != null
                    && lease.identity().equals(identity)
                    && !lease.proxyAdmin().isEmpty();
            Address admin =
                    lease != null && named ? Address.parse(lease.proxyAdmin()) : new Address(address, ADMIN_PORT);
            String service = serviceName(info);
            targets.put(
                    node.id(),
                    new ProxyTarget(
                            node.id(),
                            (service.isEmpty() ? node.name() : service) + "." + node.namespace(),
                            admin,
                            identity));
        }
        return targets;
    }

    /** Whether a version is live on every connected proxy. */
    VersionWait liveness(long version) {
        List<String> pending = new ArrayList<>();
        List<String> rejected = new ArrayList<>();
        int connected = 0;
        int acked = 0;
        for (SessionStatus status : xds.sessions().values()) {
            connected++;
            acked += status.liveVersion() >= version ? 1 : 0;
        }
        xds.sessions().forEach((info, status) -> {
            if (status.liveVersion() < version && pending.size() < MANY) {
                pending.add(ProxySessions.id(info));
            }
            if (status.types().stream().anyMatch(t -> t.state() == SessionStatus.State.REJECTED)
                    && rejected.size() < MANY) {
                rejected.add(ProxySessions.id(info));
            }
        });
        pending.sort(null);
        rejected.sort(null);
        long newest = mesh.image().version();
        return new VersionWait(
                version, newest, newest >= version && pending.isEmpty(), connected, acked, pending, rejected);
    }
}
