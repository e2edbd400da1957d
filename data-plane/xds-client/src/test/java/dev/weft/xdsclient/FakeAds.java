package dev.weft.xdsclient;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.weft.xdsmodel.ResourceType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.util.List;

/** Messages of the ADS tests, with the words {@link FakeParser} reads. */
final class FakeAds {
    static final String DELTA = "envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";
    static final String SOTW = "envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources";

    private final FakeGrpcServer.Call call;
    private int nonce;

    FakeAds(FakeGrpcServer.Call call) {
        this.call = call;
    }

    DeltaDiscoveryRequest delta() throws Exception {
        return DeltaDiscoveryRequest.parseFrom(call.next());
    }

    DiscoveryRequest request() throws Exception {
        return DiscoveryRequest.parseFrom(call.next());
    }

    /** Waits for the delta request of that type, whatever comes before it. */
    DeltaDiscoveryRequest delta(ResourceType type) throws Exception {
        DeltaDiscoveryRequest request = delta();
        while (!request.getTypeUrl().equals(type.typeUrl())) {
            request = delta();
        }
        return request;
    }

    /** Waits for the answer to the last response. */
    DeltaDiscoveryRequest answer() throws Exception {
        DeltaDiscoveryRequest request = delta();
        while (!request.getResponseNonce().equals("n" + nonce)) {
            request = delta();
        }
        return request;
    }

    DiscoveryRequest sotwAnswer() throws Exception {
        DiscoveryRequest request = request();
        while (!request.getResponseNonce().equals("n" + nonce)) {
            request = request();
        }
        return request;
    }

    void send(ResourceType type, String version, Message... resources) {
        send(type, version, List.of(), resources);
    }

    void send(ResourceType type, String version, List<String> removed, Message... resources) {
        DeltaDiscoveryResponse.Builder response = DeltaDiscoveryResponse.newBuilder()
                .setSystemVersionInfo(version)
                .setTypeUrl(type.typeUrl())
                .setNonce("n" + ++nonce)
                .addAllRemovedResources(removed);
        for (Message resource : resources) {
            response.addResources(Resource.newBuilder()
                    .setName(name(resource))
                    .setVersion(version)
                    .setResource(any(resource)));
        }
        call.send(response.build().toByteArray());
    }

    void sendWhole(ResourceType type, String version, Message... resources) {
        DiscoveryResponse.Builder response = DiscoveryResponse.newBuilder()
                .setVersionInfo(version)
                .setTypeUrl(type.typeUrl())
                .setNonce("n" + ++nonce);
        for (Message resource : resources) {
            response.addResources(any(resource));
        }
        call.send(response.build().toByteArray());
    }

    private static Any any(Message message) {
        return Any.pack(message);
    }

    private static String name(Message message) {
        return switch (message) {
            case Listener listener -> listener.getName();
            case RouteConfiguration routes -> routes.getName();
            case Cluster cluster -> cluster.getName();
            case ClusterLoadAssignment endpoints -> endpoints.getClusterName();
            case io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret secret -> secret.getName();
            default -> throw new IllegalArgumentException();
        };
    }

    static Listener listener(String name, String words) {
        return Listener.newBuilder().setName(name).setStatPrefix(words).build();
    }

    static RouteConfiguration routes(String name, String... clusters) {
        RouteConfiguration.Builder builder = RouteConfiguration.newBuilder().setName(name);
        for (String cluster : clusters) {
            builder.addVirtualHosts(VirtualHost.newBuilder().setName(cluster));
        }
        return builder.build();
    }

    static Cluster eds(String name) {
        return eds(name, 1);
    }

    static Cluster eds(String name, int connectSeconds) {
        return Cluster.newBuilder()
                .setName(name)
                .setType(Cluster.DiscoveryType.EDS)
                .setConnectTimeout(com.google.protobuf.Duration.newBuilder().setSeconds(connectSeconds))
                .build();
    }

    static Cluster badCluster(String name) {
        return Cluster.newBuilder().setName(name).setAltStatName("bad").build();
    }

    static ClusterLoadAssignment endpoints(String name, int... ports) {
        LocalityLbEndpoints.Builder locality = LocalityLbEndpoints.newBuilder();
        for (int port : ports) {
            locality.addLbEndpoints(LbEndpoint.newBuilder()
                    .setEndpoint(Endpoint.newBuilder()
                            .setAddress(Address.newBuilder()
                                    .setSocketAddress(SocketAddress.newBuilder()
                                            .setAddress("127.0.0.1")
                                            .setPortValue(port)))));
        }
        return ClusterLoadAssignment.newBuilder()
                .setClusterName(name)
                .addEndpoints(locality)
                .build();
    }
}
