package dev.weft.proxy;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A control plane of a few lines: one listener, one route, one cluster, the endpoints a test gives. */
final class FakeControlPlane extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase
        implements AutoCloseable {
    private static final String PREFIX = "type.googleapis.com/";

    private final Server server;
    private final int listenerPort;
    private final List<StreamObserver<DeltaDiscoveryResponse>> streams = new ArrayList<>(); // guarded by this
    private volatile int endpointPort;
    private int version; // guarded by this

    /** Errors of NACKs, and the versions told at the first request of each stream. */
    final BlockingQueue<String> refusals = new LinkedBlockingQueue<>();

    final BlockingQueue<Map<String, String>> held = new LinkedBlockingQueue<>();

    FakeControlPlane(int port, int listenerPort, int endpointPort) throws IOException {
        this.listenerPort = listenerPort;
        this.endpointPort = endpointPort;
        this.server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", port))
                .addService(this)
                .build()
                .start();
    }

    int port() {
        return server.getPort();
    }

    synchronized void endpoint(int port) {
        endpointPort = port;
        version++;
        streams.forEach(
                stream -> send(stream, ClusterLoadAssignment.getDescriptor().getFullName()));
    }

    /** Sends a cluster no proxy can take. */
    synchronized void sendNonsense() {
        Cluster nonsense = Cluster.newBuilder()
                .setName("nonsense")
                .setType(Cluster.DiscoveryType.STATIC)
                .setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED)
                .build();
        streams.forEach(stream -> stream.onNext(DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(PREFIX + Cluster.getDescriptor().getFullName())
                .setNonce("nonsense")
                .addResources(Resource.newBuilder()
                        .setName("nonsense")
                        .setVersion("x")
                        .setResource(Any.pack(nonsense)))
                .build()));
    }

    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
            StreamObserver<DeltaDiscoveryResponse> answers) {
        synchronized (this) {
            streams.add(answers);
        }
        return new StreamObserver<>() {
            @Override
            public void onNext(DeltaDiscoveryRequest request) {
                if (request.hasErrorDetail()) {
                    refusals.add(request.getErrorDetail().getMessage());
                } else if (request.getResponseNonce().isEmpty()) {
                    held.add(new LinkedHashMap<>(request.getInitialResourceVersionsMap()));
                    synchronized (FakeControlPlane.this) {
                        send(answers, request.getTypeUrl().substring(PREFIX.length()));
                    }
                }
            }

            @Override
            public void onError(Throwable t) {
                onCompleted();
            }

            @Override
            public void onCompleted() {
                synchronized (FakeControlPlane.this) {
                    streams.remove(answers);
                }
            }
        };
    }

    @Override
    public StreamObserver<DiscoveryRequest> streamAggregatedResources(StreamObserver<DiscoveryResponse> answers) {
        return new StreamObserver<>() {
            @Override
            public void onNext(DiscoveryRequest request) {
                if (request.getResponseNonce().isEmpty()) {
                    answers.onNext(DiscoveryResponse.newBuilder()
                            .setTypeUrl(request.getTypeUrl())
                            .setVersionInfo("1")
                            .setNonce(request.getTypeUrl())
                            .addResources(Any.pack(resource(request.getTypeUrl().substring(PREFIX.length()))))
                            .build());
                }
            }

            @Override
            public void onError(Throwable t) {}

            @Override
            public void onCompleted() {
                answers.onCompleted();
            }
        };
    }

    private void send(StreamObserver<DeltaDiscoveryResponse> stream, String type) {
        Message resource = resource(type);
        String name = (String) resource.getField(resource.getDescriptorForType().findFieldByNumber(1));
        stream.onNext(DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(PREFIX + type)
                .setNonce(type + version)
                .addResources(Resource.newBuilder()
                        .setName(name)
                        .setVersion("v" + version)
                        .setResource(Any.pack(resource)))
                .build());
    }

    private Message resource(String type) {
        ConfigSource ads = ConfigSource.newBuilder()
                .setAds(AggregatedConfigSource.getDefaultInstance())
                .setResourceApiVersion(ApiVersion.V3)
                .build();
        return switch (type.substring(type.lastIndexOf('.') + 1)) {
            case "Listener" ->
                Listener.newBuilder()
                        .setName("front")
                        .setAddress(address(listenerPort))
                        .addFilterChains(FilterChain.newBuilder()
                                .addFilters(Filter.newBuilder()
                                        .setName("http")
                                        .setTypedConfig(Any.pack(HttpConnectionManager.newBuilder()
                                                .setStatPrefix("front")
                                                .setRds(Rds.newBuilder()
                                                        .setRouteConfigName("routes")
                                                        .setConfigSource(ads))
                                                .addHttpFilters(HttpFilter.newBuilder()
                                                        .setName("router")
                                                        .setTypedConfig(Any.pack(Router.getDefaultInstance())))
                                                .build()))))
                        .build();
            case "RouteConfiguration" ->
                RouteConfiguration.newBuilder()
                        .setName("routes")
                        .addVirtualHosts(VirtualHost.newBuilder()
                                .setName("all")
                                .addDomains("*")
                                .addRoutes(Route.newBuilder()
                                        .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                                        .setRoute(RouteAction.newBuilder().setCluster("service"))))
                        .build();
            case "Cluster" ->
                Cluster.newBuilder()
                        .setName("service")
                        .setType(Cluster.DiscoveryType.EDS)
                        .setEdsClusterConfig(
                                Cluster.EdsClusterConfig.newBuilder().setEdsConfig(ads))
                        .build();
            default ->
                ClusterLoadAssignment.newBuilder()
                        .setClusterName("service")
                        .addEndpoints(LocalityLbEndpoints.newBuilder()
                                .addLbEndpoints(LbEndpoint.newBuilder()
                                        .setEndpoint(Endpoint.newBuilder().setAddress(address(endpointPort)))))
                        .build();
        };
    }

    private static Address address(int port) {
        return Address.newBuilder()
                .setSocketAddress(
                        SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(port))
                .build();
    }

    @Override
    public void close() throws InterruptedException {
        server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
}
