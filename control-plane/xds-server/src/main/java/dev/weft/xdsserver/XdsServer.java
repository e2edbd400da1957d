package dev.weft.xdsserver;

import com.google.protobuf.Message;
import dev.weft.base.SpiffeId;
import dev.weft.base.Ticker;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves snapshots of resources to classes of clients over the aggregated discovery service, incremental and state of the
 * world. Knows types and names, not what they mean.
 *
 * <p>Concurrency: a stream is guarded by its own lock; a class by its own. Requests are handled on the transport's
 * threads, {@link #publish} on the publisher's; the lock order is class before stream. Publishing compares the class's
 * snapshots once; each of its streams then looks only at what differs.
 */
public final class XdsServer implements AutoCloseable {
    private static final String SERVICE = "envoy.service.discovery.v3.AggregatedDiscoveryService";

    private static final MethodDescriptor<DeltaDiscoveryRequest, Wire.Message> DELTA =
            method("DeltaAggregatedResources", DeltaDiscoveryRequest.getDefaultInstance());
    private static final MethodDescriptor<DiscoveryRequest, Wire.Message> SOTW =
            method("StreamAggregatedResources", DiscoveryRequest.getDefaultInstance());

    private final SessionHandler handler;
    private final InstantSource clock;
    private final Ticker ticker;
    private final Map<String, ProxyGroup> groups = new ConcurrentHashMap<>();
    private final Map<Long, XdsStream> streams = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("xds-timer").daemon().factory());
    private final AtomicLong ids = new AtomicLong();
    private final DeltaMemo memo = new DeltaMemo();
    final XdsServerStats stats = new XdsServerStats();

    public XdsServer(SessionHandler handler, InstantSource clock, Ticker ticker) {
        this.handler = handler;
        this.clock = clock;
        this.ticker = ticker;
    }

    private static <T extends Message> MethodDescriptor<T, Wire.Message> method(String name, T request) {
        return MethodDescriptor.<T, Wire.Message>newBuilder()
                .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .setRequestMarshaller(ProtoUtils.marshaller(request))
                .setResponseMarshaller(Wire.MESSAGES)
                .build();
    }

    /**
     * The service, to be bound to any number of ports.
     *
     * @param identity who the caller of the current call is, as the transport authenticated it; null for nobody
     * @param remote where the current call comes from
     */
    public ServerServiceDefinition service(Supplier<@Nullable SpiffeId> identity, Supplier<String> remote) {
        return ServerServiceDefinition.builder(SERVICE)
                .addMethod(
                        DELTA,
                        ServerCalls.asyncBidiStreamingCall(out -> open(
                                out,
                                true,
                                identity.get(),
                                remote.get(),
                                DeltaDiscoveryRequest::getNode,
                                Wire::request)))
                .addMethod(
                        SOTW,
                        ServerCalls.asyncBidiStreamingCall(out -> open(
                                out, false, identity.get(), remote.get(), DiscoveryRequest::getNode, Wire::request)))
                .build();
    }

    private <T> StreamObserver<T> open(
            StreamObserver<Wire.Message> out,
            boolean delta,
            @Nullable SpiffeId identity,
            String remote,
            Function<T, io.envoyproxy.envoy.config.core.v3.Node> node,
            Function<T, Request> parse) {
        XdsStream stream = new XdsStream(
                this, ids.incrementAndGet(), delta, identity, remote, (ServerCallStreamObserver<Wire.Message>) out);
        return new StreamObserver<>() {
            @Override
            public void onNext(T message) {
                stream.received(() -> Wire.node(node.apply(message)), parse.apply(message));
            }

            @Override
            public void onError(Throwable problem) {
                stream.closed();
            }

            @Override
            public void onCompleted() {
                stream.completed();
            }
        };
    }

    // ---- for the publisher

    /** Makes a snapshot what the class is served from now on. Versions of a class must not fall. */
    public void publish(String classKey, ResourceSnapshot next) {
        group(classKey).publish(next, memo);
    }

    /** Whether something was published for the class. */
    public boolean isPublished(String classKey) {
        ProxyGroup group = groups.get(classKey);
        return group != null && group.published() != null;
    }

    /** All classes that are known. */
    public Set<String> classes() {
        return new LinkedHashSet<>(groups.keySet());
    }

    /** Classes that have open streams. */
    public Set<String> classesInUse() {
        Set<String> used = new LinkedHashSet<>();
        groups.forEach((key, group) -> {
            if (group.size() > 0) {
                used.add(key);
            }
        });
        return used;
    }

    /** Drops a class without streams; does nothing when there are any. */
    public void forget(String classKey) {
        groups.computeIfPresent(classKey, (key, group) -> group.size() == 0 ? null : group);
    }

    /** Serves a stream as another class from now on. */
    public void move(long sessionId, String classKey) {
        XdsStream stream = streams.get(sessionId);
        if (stream != null) {
            stream.moveTo(classKey);
        }
    }

    /** Ends a stream; the client will come back if it may. */
    public void disconnect(long sessionId, String reason) {
        XdsStream stream = streams.get(sessionId);
        if (stream != null) {
            stream.refuse(io.grpc.Status.UNAVAILABLE.withDescription(reason));
        }
    }

    // ---- for whoever asks

    /** All open streams that named their node, with how far they are. */
    public Map<SessionInfo, SessionStatus> sessions() {
        Map<SessionInfo, SessionStatus> all = new HashMap<>();
        for (XdsStream stream : streams.values()) {
            SessionInfo info = stream.info();
            if (info != null) {
                all.put(info, stream.status());
            }
        }
        return all;
    }

    /** Streams that have not acknowledged a version yet; empty when it is live on all. */
    public List<SessionInfo> notLive(long version) {
        List<SessionInfo> behind = new ArrayList<>();
        for (XdsStream stream : streams.values()) {
            SessionInfo info = stream.info();
            if (info != null && stream.liveVersion() < version) {
                behind.add(info);
            }
        }
        return behind;
    }

    /** Figures since the start. */
    public XdsServerStats stats() {
        return stats;
    }

    // ---- for streams

    ProxyGroup group(String classKey) {
        return groups.computeIfAbsent(classKey, key -> new ProxyGroup());
    }

    /** Joins a group that cannot be forgotten between finding and joining it. */
    ProxyGroup join(String classKey, XdsStream stream) {
        return groups.compute(classKey, (key, found) -> {
            ProxyGroup group = found == null ? new ProxyGroup() : found;
            group.add(stream);
            return group;
        });
    }

    SessionHandler handler() {
        return handler;
    }

    InstantSource clock() {
        return clock;
    }

    Ticker ticker() {
        return ticker;
    }

    void register(XdsStream stream) {
        streams.put(stream.id(), stream);
    }

    void unregister(XdsStream stream) {
        streams.remove(stream.id());
    }

    void later(Runnable task, long nanos) {
        timer.schedule(task, Math.max(nanos, 0), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        for (XdsStream stream : streams.values()) {
            stream.refuse(io.grpc.Status.UNAVAILABLE.withDescription("control plane shuts down"));
        }
        timer.shutdownNow();
    }
}
