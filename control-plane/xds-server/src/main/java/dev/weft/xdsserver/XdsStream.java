package dev.weft.xdsserver;

import dev.weft.base.SpiffeId;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One gRPC stream: carries requests into its {@link Session} and responses out of it as fast as the client reads.
 *
 * <p>Concurrency: everything is guarded by {@code this}; the group's lock is never taken while holding it.
 */
final class XdsStream {
    private static final System.Logger LOG = System.getLogger("dev.weft.xdsserver");

    /** More names than this in one stream is a broken or hostile client. */
    private static final int MAX_NAMES = 200_000;

    private final XdsServer server;
    private final long id;
    private final @Nullable SpiffeId identity;
    private final String remote;
    private final ServerCallStreamObserver<Wire.Message> out;
    private final Session session; // guarded by this
    private @Nullable SessionInfo info; // guarded by this; null before the first message
    private @Nullable ProxyGroup group; // guarded by this
    private String classKey = ""; // guarded by this
    private final ReentrantLock moving = new ReentrantLock(); // taken before this and before a group
    private boolean placed; // guarded by moving
    private long offered; // guarded by this; number of the group's publication taken last, older ones come too late
    private Instant lastMessage; // guarded by this
    private boolean over; // guarded by this
    private long wakeAt = -1; // guarded by this; a timer is set for it

    XdsStream(
            XdsServer server,
            long id,
            boolean delta,
            @Nullable SpiffeId identity,
            String remote,
            ServerCallStreamObserver<Wire.Message> out) {
        this.server = server;
        this.id = id;
        this.identity = identity;
        this.remote = remote;
        this.out = out;
        this.session = new Session(delta);
        this.lastMessage = server.clock().instant();
        out.setOnReadyHandler(this::pump);
        out.setOnCancelHandler(this::closed);
    }

    long id() {
        return id;
    }

    void received(Supplier<XdsNode> node, Request request) {
        server.stats.requests.increment();
        if (info() == null && !begin(node.get())) {
            return;
        }
        SessionInfo who;
        synchronized (this) {
            if (over || info == null) {
                return;
            }
            who = info;
            lastMessage = server.clock().instant();
            session.request(request, server.ticker().nanos());
            if (session.subscribedNames() > MAX_NAMES) {
                refuse(Status.RESOURCE_EXHAUSTED.withDescription("more than " + MAX_NAMES + " names"));
                return;
            }
        }
        String error = request.error();
        if (error != null) {
            server.stats.rejections.increment();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} rejected {1}: {2}",
                    who.node().id(),
                    TypeUrls.shortName(request.typeUrl()),
                    error);
            server.handler().rejected(who, request.typeUrl(), error);
        } else if (!request.nonce().isEmpty()) {
            server.stats.acks.increment();
        }
        pump();
    }

    private boolean begin(XdsNode node) {
        SessionInfo opened = new SessionInfo(id, node, identity, remote, session.isDelta(), lastMessage);
        String key;
        server.register(this); // whoever decides the class may move the stream before opened() returns
        try {
            key = server.handler().opened(opened);
        } catch (SessionHandler.RefusedException e) {
            server.stats.refused.increment();
            refuse(Status.PERMISSION_DENIED.withDescription(e.getMessage()));
            return false;
        }
        synchronized (this) {
            if (over) {
                return false; // the handler hears of the end below
            }
            info = opened;
        }
        server.stats.opened.increment();
        moveTo(key, true);
        return true;
    }

    void moveTo(String key) {
        moveTo(key, false);
    }

    /** @param first does nothing when the stream was moved already */
    private void moveTo(String key, boolean first) {
        moving.lock();
        try {
            if (!first || !placed) {
                placed = true;
                change(key);
            }
        } finally {
            moving.unlock();
        }
    }

    private void change(String key) {
        ProxyGroup left;
        synchronized (this) {
            if (over || group != null && key.equals(classKey)) {
                return;
            }
            left = group;
        }
        if (left != null) {
            left.remove(this);
        }
        ProxyGroup joined = server.join(key, this);
        boolean late;
        synchronized (this) {
            late = over;
            group = joined;
            classKey = key;
            offered = 0;
        }
        if (late) {
            joined.remove(this);
            return;
        }
        // Read after joining: a publication in between is offered by the publisher or read here, or both.
        ProxyGroup.Published current = joined.published();
        if (current != null) {
            synchronized (this) {
                if (group == joined && current.number() > offered) {
                    offered = current.number();
                    session.offer(current.snapshot());
                }
            }
        }
        pump();
    }

    void offer(ProxyGroup from, ProxyGroup.Published next, Map<String, TypeDelta> since) {
        synchronized (this) {
            if (over || group != from || next.number() <= offered) {
                return;
            }
            if (session.snapshot() != null && offered == 0) {
                session.offer(next.snapshot()); // moved, but has the former class's snapshot still
            } else {
                session.offer(next.snapshot(), since);
            }
            offered = next.number();
        }
        pump();
    }

    private synchronized void pump() {
        if (over) {
            return;
        }
        try {
            while (out.isReady()) {
                Response response = session.next(server.ticker().nanos());
                if (response == null) {
                    break;
                }
                Wire.Message message = Wire.encode(response, session.isDelta());
                server.stats.responses.increment();
                server.stats.resources.add(response.resources().size());
                server.stats.bytes.add(message.length());
                out.onNext(message);
            }
        } catch (IllegalStateException e) { // cancelled between the checks: onCancel follows
            LOG.log(System.Logger.Level.DEBUG, "stream {0} ended while sending", id);
            return;
        }
        long wake = session.wakeAt();
        if (wake != -1 && wake != wakeAt) {
            wakeAt = wake;
            server.later(this::pump, wake - server.ticker().nanos());
        }
    }

    synchronized @Nullable SessionInfo info() {
        return info;
    }

    synchronized long liveVersion() {
        return session.liveVersion();
    }

    synchronized SessionStatus status() {
        ResourceSnapshot snapshot = session.snapshot();
        long version = snapshot == null ? 0 : snapshot.version();
        List<SessionStatus.TypeStatus> types = new ArrayList<>();
        for (Subscription s : session.subscriptions()) {
            int resources = 0;
            if (snapshot != null) {
                Map<String, XdsResource> all = snapshot.resources(s.typeUrl);
                if (s.wildcard) {
                    resources = all.size();
                } else {
                    for (String name : s.names) {
                        resources += all.containsKey(name) ? 1 : 0;
                    }
                }
            }
            SessionStatus.State state = !s.rejected.isEmpty()
                    ? SessionStatus.State.REJECTED
                    : s.isSettled() && snapshot != null ? SessionStatus.State.SYNCED : SessionStatus.State.STALE;
            types.add(new SessionStatus.TypeStatus(
                    s.typeUrl,
                    state,
                    resources,
                    !s.hasNews() ? version : s.sent,
                    s.isSettled() ? version : s.acked,
                    s.reason,
                    s.rejected.stream().limit(20).toList()));
        }
        return new SessionStatus(classKey, version, session.liveVersion(), lastMessage, types);
    }

    void completed() {
        synchronized (this) {
            if (!over) {
                try {
                    out.onCompleted();
                } catch (IllegalStateException e) {
                    LOG.log(System.Logger.Level.DEBUG, "stream {0} was cancelled", id);
                }
            }
        }
        closed();
    }

    void refuse(Status status) {
        synchronized (this) {
            if (!over) {
                try {
                    out.onError(status.asRuntimeException());
                } catch (IllegalStateException e) {
                    LOG.log(System.Logger.Level.DEBUG, "stream {0} was cancelled", id);
                }
            }
        }
        closed();
    }

    void closed() {
        ProxyGroup left;
        SessionInfo who;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            left = group;
            who = info;
        }
        if (left != null) {
            left.remove(this);
        }
        server.unregister(this);
        if (who != null) {
            server.handler().closed(who, status());
        }
    }
}
