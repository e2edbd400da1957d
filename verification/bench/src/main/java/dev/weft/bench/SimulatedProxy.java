package dev.weft.bench;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A delta-ADS client that does what a sidecar's does on the wire and nothing else: asks for all clusters, all listeners and the
 * endpoints of every EDS cluster, and acknowledges every response. gRPC calls it one message at a time.
 */
final class SimulatedProxy implements StreamObserver<DeltaDiscoveryResponse> {
    static final String CLUSTERS = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
    static final String ENDPOINTS = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";
    static final String LISTENERS = "type.googleapis.com/envoy.config.listener.v3.Listener";

    private final Set<String> waiting = new HashSet<>(); // confined to the stream's callbacks
    private final Map<String, Long> ackedAtNanos = new ConcurrentHashMap<>();
    private final long startNanos = System.nanoTime();
    private boolean sawClusters;
    private boolean sawListeners;
    private volatile long syncedAtNanos;
    private volatile int endpointResources;
    private volatile @Nullable Throwable failure;
    private @Nullable StreamObserver<DeltaDiscoveryRequest> requests;

    /** Opens the stream and asks. */
    static SimulatedProxy connect(Channel channel, int number, int services) {
        SimulatedProxy proxy = new SimulatedProxy();
        StreamObserver<DeltaDiscoveryRequest> requests =
                AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(proxy);
        proxy.requests = requests;
        synchronized (proxy) {
            requests.onNext(DeltaDiscoveryRequest.newBuilder()
                    .setNode(node(number, services))
                    .setTypeUrl(CLUSTERS)
                    .build());
            requests.onNext(
                    DeltaDiscoveryRequest.newBuilder().setTypeUrl(LISTENERS).build());
        }
        return proxy;
    }

    private static Node node(int number, int services) {
        int service = number % services;
        String name = MeshFiles.serviceName(service);
        String address = "10.200." + number / 250 + "." + (1 + number % 250);
        return Node.newBuilder()
                .setId("sidecar~" + address + "~" + name + "-" + number + "." + MeshFiles.NAMESPACE + "~"
                        + MeshFiles.NAMESPACE + ".svc.cluster.local")
                .setCluster(name + "." + MeshFiles.NAMESPACE)
                .setMetadata(Struct.newBuilder()
                        .putFields("NAME", text(name + "-" + number))
                        .putFields("NAMESPACE", text(MeshFiles.NAMESPACE))
                        .putFields("INTERCEPTION_MODE", text("REDIRECT"))
                        .putFields("INSTANCE_IPS", text(address))
                        .putFields("SERVICE_ACCOUNT", text(name))
                        .putFields("PORTS", text("8080"))
                        .putFields(
                                "LABELS",
                                Value.newBuilder()
                                        .setStructValue(Struct.newBuilder().putFields("app", text(name)))
                                        .build()))
                .build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    @Override
    public synchronized void onNext(DeltaDiscoveryResponse response) {
        String type = response.getTypeUrl();
        send(DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(type)
                .setResponseNonce(response.getNonce())
                .build());
        long now = System.nanoTime();
        if (type.equals(CLUSTERS)) {
            sawClusters = true;
            subscribeToEndpoints(response.getResourcesList());
        } else if (type.equals(LISTENERS)) {
            sawListeners = true;
        } else if (type.equals(ENDPOINTS)) {
            for (Resource resource : response.getResourcesList()) {
                waiting.remove(resource.getName());
                ackedAtNanos.put(resource.getName(), now);
            }
            endpointResources += response.getResourcesCount();
        }
        if (syncedAtNanos == 0 && sawClusters && sawListeners && waiting.isEmpty() && endpointResources > 0) {
            syncedAtNanos = now;
        }
    }

    private void subscribeToEndpoints(List<Resource> clusters) {
        DeltaDiscoveryRequest.Builder ask = DeltaDiscoveryRequest.newBuilder().setTypeUrl(ENDPOINTS);
        for (Resource cluster : clusters) {
            if (cluster.getName().startsWith("outbound|")) {
                ask.addResourceNamesSubscribe(cluster.getName());
                waiting.add(cluster.getName());
            }
        }
        if (ask.getResourceNamesSubscribeCount() > 0) {
            send(ask.build());
        }
    }

    private void send(DeltaDiscoveryRequest request) {
        StreamObserver<DeltaDiscoveryRequest> to = requests;
        if (to != null) {
            to.onNext(request);
        }
    }

    @Override
    public void onError(Throwable error) {
        failure = error;
    }

    @Override
    public void onCompleted() {
        failure = new IllegalStateException("the control plane ended the stream");
    }

    /** Whether everything asked for has come; throws if the stream broke. */
    boolean synced() {
        Throwable broke = failure;
        if (broke != null) {
            throw new IllegalStateException("a simulated proxy lost its stream: " + broke, broke);
        }
        return syncedAtNanos != 0;
    }

    double syncedMillis() {
        return (syncedAtNanos - startNanos) / 1e6;
    }

    /** When this endpoint resource was last acknowledged; 0 if never. */
    long ackedAtNanos(String name) {
        return ackedAtNanos.getOrDefault(name, 0L);
    }

    int endpointResources() {
        return endpointResources;
    }

    void close() {
        StreamObserver<DeltaDiscoveryRequest> to = requests;
        if (to != null) {
            to.onCompleted();
        }
    }
}
