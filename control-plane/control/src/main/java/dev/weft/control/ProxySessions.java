package dev.weft.control;

import dev.weft.base.SpiffeId;
import dev.weft.meshmodel.MeshDelta;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Workload;
import dev.weft.xdsserver.SessionHandler;
import dev.weft.xdsserver.SessionInfo;
import dev.weft.xdsserver.SessionStatus;
import dev.weft.xdsserver.XdsNode;
import dev.weft.xdsserver.XdsServer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which proxies are connected, which class each is of, and what each class is served. Over mTLS a proxy is who its
 * certificate says: a node that names another namespace or service account is refused. Over plaintext the node is all there
 * is.
 *
 * <p>Streams come and go on gRPC's threads; classes are worked out and translated on the mesh's thread only.
 */
final class ProxySessions implements SessionHandler, MeshLoop.Publisher {
    private static final System.Logger LOG = System.getLogger("dev.weft.control");

    /** How long a proxy that went away is shown. */
    private static final Duration SHOWN = Duration.ofMinutes(1);

    /** A stream's class until the mesh's thread has worked it out: nothing is ever published for it. */
    private static final String UNDECIDED = "";

    private final Views views;
    private final InstantSource clock;
    private final Map<Long, Session> sessions = new ConcurrentHashMap<>();
    private final Map<String, Gone> gone = new ConcurrentHashMap<>();
    private final Map<Long, String> classes = new HashMap<>(); // of streams; confined to the mesh's thread
    private boolean placed; // confined to the mesh's thread; the first image was published
    private volatile @Nullable XdsServer xds; // set once, before the first stream
    private volatile @Nullable MeshLoop mesh; // set once, before the first stream

    /** An open stream. */
    record Session(SessionInfo info, @Nullable X509Certificate certificate) {
        /** The instance's address as its node says. */
        String address() {
            NodeId node = NodeId.parse(info.node());
            return info.node()
                    .text("INSTANCE_IPS", node == null ? "" : node.address())
                    .split(",", 2)[0]
                    .strip();
        }
    }

    /** A stream that ended lately. */
    record Gone(Session session, SessionStatus status, Instant at) {}

    ProxySessions(Views views, InstantSource clock) {
        this.views = views;
        this.clock = clock;
    }

    void attach(XdsServer server, MeshLoop loop) {
        xds = server;
        mesh = loop;
    }

    // ---- streams

    @Override
    public String opened(SessionInfo session) throws RefusedException {
        Peer peer = Peer.current();
        NodeId node = NodeId.parse(session.node());
        if (node == null) {
            throw new RefusedException("node id must be of the form sidecar~IP~NAME.NAMESPACE~DOMAIN, not '"
                    + printable(session.node().id()) + "'");
        }
        SpiffeId identity = session.identity();
        if (identity != null && !mayBe(identity, node, session.node())) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "xDS refused: {0} says it is node {1}",
                    peer,
                    session.node().id());
            throw new RefusedException("node does not match the certificate's identity " + identity);
        }
        sessions.put(session.id(), new Session(session, peer.certificate()));
        MeshLoop loop = mesh;
        if (loop != null) {
            loop.execute(() -> place(session));
        }
        return UNDECIDED;
    }

    private static boolean mayBe(SpiffeId identity, NodeId node, XdsNode said) {
        String account = said.text("SERVICE_ACCOUNT", "");
        return node.namespace().equals(identity.namespace())
                && (account.isEmpty() || account.equals(identity.serviceAccount()));
    }

    private static String printable(String text) {
        return (text.length() > 100 ? text.substring(0, 100) + "…" : text).replaceAll("\\p{Cntrl}", "?");
    }

    @Override
    public void closed(SessionInfo session, SessionStatus status) {
        Session was = sessions.remove(session.id());
        if (was != null) {
            gone.put(id(session), new Gone(was, status, clock.instant()));
        }
    }

    /** {@code NAME.NAMESPACE}. */
    static String id(SessionInfo session) {
        NodeId node = NodeId.parse(session.node());
        return node == null ? session.node().id() : node.id();
    }

    // ---- the mesh's thread

    /** Puts a new stream into its class. */
    private void place(SessionInfo session) {
        MeshLoop loop = mesh;
        if (loop != null && loop.isSynced() && sessions.containsKey(session.id())) {
            moveToClass(session, loop);
        }
    }

    private void moveToClass(SessionInfo session, MeshLoop loop) {
        XdsServer server = xds;
        if (server == null) {
            return;
        }
        String key = views.classOf(loop.image(), session.node(), session.identity());
        if (!server.isPublished(key)) {
            server.publish(key, views.translate(loop.image(), key));
        }
        classes.put(session.id(), key);
        server.move(session.id(), key);
    }

    /** Publishes again when a certificate that was handed out is old; on the mesh's thread. */
    void renewIfDue() {
        MeshLoop loop = mesh;
        if (loop != null && views.isRenewalDue()) {
            publish(loop, session -> false);
        }
    }

    @Override
    public void publish(MeshDelta delta) {
        MeshLoop loop = mesh;
        if (loop == null) {
            return;
        }
        boolean all = delta.before().configurationVersion() != delta.after().configurationVersion() || !placed;
        placed = true;
        Set<String> moved = all ? Set.of() : addresses(delta);
        publish(loop, session -> all || moved.contains(session.address()));
    }

    /** @param mayMove streams that may belong to another class now; it follows from Services, policies and the names of ports */
    private void publish(MeshLoop loop, Predicate<Session> mayMove) {
        XdsServer server = xds;
        if (server == null) {
            return;
        }
        MeshImage image = loop.image();
        classes.keySet().retainAll(sessions.keySet());
        Placement placement = new Placement(server, classes);
        for (Session session : sessions.values()) {
            if (mayMove.test(session)) {
                SessionInfo info = session.info();
                placement.put(info.id(), views.classOf(image, info.node(), info.identity()));
            }
        }
        Set<String> used = server.classesInUse();
        used.remove(UNDECIDED);
        if (!placement.publish(used, key -> views.translate(image, key))) {
            views.prepare(image);
        }
        forgetUnused(server);
    }

    private static Set<String> addresses(MeshDelta delta) {
        Set<String> addresses = new HashSet<>();
        for (ResourceKey key : delta.upserted()) {
            Workload workload = delta.after().workload(key);
            if (workload != null) {
                addresses.add(workload.address());
            }
        }
        for (ResourceKey key : delta.removed()) {
            Workload workload = delta.before().workload(key);
            if (workload != null) {
                addresses.add(workload.address());
            }
        }
        return addresses;
    }

    /** A class without streams is not kept up to date, so it must not be found again. */
    private void forgetUnused(XdsServer server) {
        Set<String> unused = new HashSet<>(server.classes());
        unused.removeAll(server.classesInUse());
        unused.remove(UNDECIDED);
        for (String key : unused) {
            server.forget(key);
            views.forget(key);
        }
    }

    // ---- for the operator

    Map<Long, Session> open() {
        return Map.copyOf(sessions);
    }

    /** Proxies that went away less than a minute ago and did not come back. */
    Map<String, Gone> gone() {
        Instant oldest = clock.instant().minus(SHOWN);
        gone.values().removeIf(g -> g.at().isBefore(oldest));
        Set<String> here = new HashSet<>();
        sessions.values().forEach(s -> here.add(id(s.info())));
        Map<String, Gone> all = new HashMap<>(gone);
        all.keySet().removeAll(here);
        return all;
    }
}
