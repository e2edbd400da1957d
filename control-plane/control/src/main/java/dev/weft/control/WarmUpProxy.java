package dev.weft.control;

import com.google.protobuf.Value;
import dev.weft.xdsserver.TypeUrls;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a sidecar asks of the control plane, for its {@link WarmUp}: agrees to everything, uses nothing. Any thread. */
final class WarmUpProxy implements StreamObserver<DeltaDiscoveryResponse>, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final StreamObserver<DeltaDiscoveryRequest> out;
    private final Set<String> held = new HashSet<>(); // guarded by this; names with versions
    private @Nullable Throwable failure; // guarded by this

    /** Opens its stream and asks. */
    WarmUpProxy(Channel channel, String name, String namespace, String account) {
        out = AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(this);
        Node.Builder node = Node.newBuilder()
                .setId("sidecar~127.0.0.1~" + name + "." + namespace + "~" + namespace + ".svc.cluster.local")
                .setCluster(account + "." + namespace);
        node.getMetadataBuilder().putFields("SERVICE_ACCOUNT", text(account)).putFields("PORTS", text("8080"));
        ask(DeltaDiscoveryRequest.newBuilder().setNode(node), TypeUrls.CLUSTER, List.of());
        ask(DeltaDiscoveryRequest.newBuilder(), TypeUrls.LISTENER, List.of());
        ask(DeltaDiscoveryRequest.newBuilder(), TypeUrls.ROUTE, List.of("80"));
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private synchronized void ask(DeltaDiscoveryRequest.Builder request, String type, List<String> names) {
        out.onNext(request.setTypeUrl(type).addAllResourceNamesSubscribe(names).build());
    }

    @Override
    public synchronized void onNext(DeltaDiscoveryResponse response) {
        String type = response.getTypeUrl();
        ask(DeltaDiscoveryRequest.newBuilder().setResponseNonce(response.getNonce()), type, List.of());
        if (type.equals(TypeUrls.CLUSTER)) {
            List<String> names = response.getResourcesList().stream()
                    .map(Resource::getName)
                    .filter(name -> name.startsWith("outbound|"))
                    .toList();
            ask(DeltaDiscoveryRequest.newBuilder(), TypeUrls.ENDPOINT, names);
        }
        response.getResourcesList().forEach(resource -> held.add(resource.getName() + " " + resource.getVersion()));
        notifyAll();
    }

    @Override
    public synchronized void onError(Throwable error) {
        failure = error;
        notifyAll();
    }

    @Override
    public void onCompleted() {
        onError(new IOException("the stream ended"));
    }

    /** Waits until so many versions of resources have come. */
    synchronized int await(int atLeast) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (held.size() < atLeast) {
            long left = end - System.nanoTime();
            if (failure != null || left <= 0) {
                throw new IOException("a proxy got " + held.size() + " of " + atLeast + " resources", failure);
            }
            wait(Math.max(1, left / 1_000_000));
        }
        return held.size();
    }

    @Override
    public synchronized void close() {
        out.onCompleted();
    }
}
