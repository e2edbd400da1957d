package dev.weft.control;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A small delta-ADS client that acknowledges (or refuses) what it gets and keeps it by type and name. */
final class AdsClient implements StreamObserver<DeltaDiscoveryResponse>, AutoCloseable {
    static final String LISTENERS = dev.weft.xdsserver.TypeUrls.LISTENER;
    static final String CLUSTERS = dev.weft.xdsserver.TypeUrls.CLUSTER;
    static final String ENDPOINTS = dev.weft.xdsserver.TypeUrls.ENDPOINT;
    static final String ROUTES = dev.weft.xdsserver.TypeUrls.ROUTE;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, Map<String, Resource>> held = new ConcurrentHashMap<>();
    private final List<Resource> received = new CopyOnWriteArrayList<>();
    private final StreamObserver<DeltaDiscoveryRequest> out;
    volatile @Nullable Status status;
    volatile @Nullable String refuseWith;
    volatile long responses;

    AdsClient(Channel channel, String name, String namespace, String service, String account) {
        out = AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(this);
        Node.Builder node = Node.newBuilder()
                .setId("sidecar~127.0.0.1~" + name + "." + namespace + "~" + namespace + ".svc.cluster.local")
                .setCluster(service + "." + namespace);
        node.getMetadataBuilder().putFields("SERVICE_ACCOUNT", text(account)).putFields("PORTS", text("8080"));
        send(DeltaDiscoveryRequest.newBuilder()
                .setNode(node)
                .setTypeUrl(CLUSTERS)
                .build());
        send(DeltaDiscoveryRequest.newBuilder().setTypeUrl(LISTENERS).build());
    }

    private static com.google.protobuf.Value text(String text) {
        return com.google.protobuf.Value.newBuilder().setStringValue(text).build();
    }

    void subscribe(String type, List<String> names) {
        send(DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(type)
                .addAllResourceNamesSubscribe(names)
                .build());
    }

    private void send(DeltaDiscoveryRequest request) {
        synchronized (out) {
            out.onNext(request);
        }
    }

    @Override
    public void onNext(DeltaDiscoveryResponse response) {
        String refusal = refuseWith;
        DeltaDiscoveryRequest.Builder answer = DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(response.getTypeUrl())
                .setResponseNonce(response.getNonce());
        if (refusal != null) {
            answer.getErrorDetailBuilder().setCode(3).setMessage(refusal);
        }
        lock.lock();
        try {
            responses++;
            received.addAll(response.getResourcesList());
            if (refusal == null) {
                Map<String, Resource> mine =
                        held.computeIfAbsent(response.getTypeUrl(), t -> new ConcurrentHashMap<>());
                response.getResourcesList().forEach(r -> mine.put(r.getName(), r));
                response.getRemovedResourcesList().forEach(mine::remove);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        send(answer.build());
        if (response.getTypeUrl().equals(CLUSTERS) && refusal == null) {
            List<String> names = response.getResourcesList().stream()
                    .map(Resource::getName)
                    .filter(n -> n.startsWith("outbound|"))
                    .toList();
            if (!names.isEmpty()) {
                subscribe(ENDPOINTS, names);
            }
        }
    }

    Map<String, Resource> held(String type) {
        return held.getOrDefault(type, Map.of());
    }

    /** All that came, in order. */
    List<Resource> received() {
        return received;
    }

    /** Waits for a condition on what is held; fails after 10 s. */
    void await(String what, BooleanSupplier condition) {
        long left = TimeUnit.SECONDS.toNanos(10);
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                left = changed.awaitNanos(left);
                if (left <= 0) {
                    throw new AssertionError("not within 10 s: " + what + "; held " + held + ", status " + status);
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onError(Throwable problem) {
        end(Status.fromThrowable(problem));
    }

    @Override
    public void onCompleted() {
        end(Status.OK);
    }

    private void end(Status with) {
        lock.lock();
        try {
            status = with;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        synchronized (out) {
            out.onCompleted();
        }
    }
}
