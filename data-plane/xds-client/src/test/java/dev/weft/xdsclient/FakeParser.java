package dev.weft.xdsclient;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.base.Diagnostic;
import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.ClusterLoadAssignment;
import dev.weft.xdsmodel.CommonTls;
import dev.weft.xdsmodel.DataSource;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.LbEndpoint;
import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.ResourceType;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.RouteSource;
import dev.weft.xdsmodel.Secret;
import dev.weft.xdsmodel.TcpProxy;
import dev.weft.xdsmodel.TransportSocket;
import dev.weft.xdsmodel.VirtualHost;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the few words the ADS tests speak, written into real messages: what a resource points to stands in its
 * {@code stat_prefix} or {@code alt_stat_name} ({@code rds:NAME}, {@code tcp:CLUSTER}, {@code sds:NAME}); {@code bad}
 * is refused with two reasons.
 */
final class FakeParser implements ResourceParser {
    int parsed;

    @Override
    public Parsed<?> parse(ResourceType type, byte[] message) {
        parsed++;
        try {
            return switch (type) {
                case LISTENER -> listener(io.envoyproxy.envoy.config.listener.v3.Listener.parseFrom(message));
                case ROUTE -> route(io.envoyproxy.envoy.config.route.v3.RouteConfiguration.parseFrom(message));
                case CLUSTER -> cluster(io.envoyproxy.envoy.config.cluster.v3.Cluster.parseFrom(message));
                case ENDPOINT ->
                    assignment(io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment.parseFrom(message));
                case SECRET ->
                    new Parsed.Ok<>(
                            Secret.ValidationContext.of(
                                    io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret.parseFrom(message)
                                            .getName(),
                                    DataSource.EMPTY),
                            List.of());
            };
        } catch (InvalidProtocolBufferException e) {
            return new Parsed.Rejected<>(List.of(error("", "not protobuf")));
        }
    }

    private static Diagnostic error(String path, String problem) {
        return new Diagnostic(Diagnostic.Severity.ERROR, "test", path, problem, "", null);
    }

    private static Parsed<?> listener(io.envoyproxy.envoy.config.listener.v3.Listener message) {
        String words = message.getStatPrefix();
        if (words.equals("bad")) {
            return bad();
        }
        List<FilterChain> chains = new ArrayList<>();
        for (String word : words.split(" ")) {
            String name = word.substring(word.indexOf(':') + 1);
            if (word.startsWith("rds:")) {
                chains.add(FilterChain.of(HttpConnectionManager.of("http", new RouteSource.Rds(name))));
            } else if (word.startsWith("tcp:")) {
                chains.add(FilterChain.of(TcpProxy.of("tcp", name)));
            } else if (word.startsWith("sds:")) {
                chains.add(FilterChain.of(
                        dev.weft.xdsmodel.FilterChainMatch.ANY,
                        new TransportSocket.DownstreamTls(
                                CommonTls.ofSecrets(
                                        name, CommonTls.Validation.NONE, CommonTls.TlsVersion.TLSv1_3, List.of()),
                                false,
                                false)));
            }
        }
        return new Parsed.Ok<>(
                Listener.of(
                        message.getName(),
                        new dev.weft.base.Address("127.0.0.1", 0),
                        chains.toArray(FilterChain[]::new)),
                List.of());
    }

    private static Parsed<?> route(io.envoyproxy.envoy.config.route.v3.RouteConfiguration message) {
        List<Route> routes = new ArrayList<>();
        for (var host : message.getVirtualHostsList()) {
            if (host.getName().equals("bad")) {
                return bad();
            }
            routes.add(Route.of(RouteMatch.prefix("/"), RouteAction.Forward.to(host.getName())));
        }
        return new Parsed.Ok<>(
                RouteConfiguration.of(
                        message.getName(), VirtualHost.of("all", List.of("*"), routes.toArray(Route[]::new))),
                List.of());
    }

    private static Parsed<?> cluster(io.envoyproxy.envoy.config.cluster.v3.Cluster message) {
        if (message.getAltStatName().equals("bad")) {
            return bad();
        }
        boolean eds = message.getType() == io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType.EDS;
        return new Parsed.Ok<>(
                Cluster.of(message.getName(), eds ? Cluster.DiscoveryType.EDS : Cluster.DiscoveryType.STATIC)
                        .withConnectTimeout(java.time.Duration.ofSeconds(
                                Math.max(1, message.getConnectTimeout().getSeconds()))),
                List.of());
    }

    private static Parsed<?> assignment(io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment message) {
        LbEndpoint[] endpoints = message.getEndpointsList().stream()
                .flatMap(l -> l.getLbEndpointsList().stream())
                .map(e -> LbEndpoint.of(
                        "127.0.0.1",
                        e.getEndpoint().getAddress().getSocketAddress().getPortValue()))
                .toArray(LbEndpoint[]::new);
        return new Parsed.Ok<>(ClusterLoadAssignment.of(message.getClusterName(), endpoints), List.of());
    }

    private static Parsed<?> bad() {
        return new Parsed.Rejected<>(List.of(error("a", "first reason"), error("b[2]", "second reason")));
    }
}
