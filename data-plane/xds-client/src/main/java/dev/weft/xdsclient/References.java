package dev.weft.xdsclient;

import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.ClusterSpecifier;
import dev.weft.xdsmodel.CommonTls;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.NetworkFilter;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteSource;
import dev.weft.xdsmodel.TcpProxy;
import dev.weft.xdsmodel.TransportSocket;
import dev.weft.xdsmodel.VirtualHost;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a resource needs besides itself, by name.
 *
 * @param routes route configurations over RDS
 * @param endpoints endpoint assignments over EDS
 * @param secrets over SDS
 * @param clusters it sends to
 */
record References(Set<String> routes, Set<String> endpoints, Set<String> secrets, Set<String> clusters) {
    static final References NONE = new References(Set.of(), Set.of(), Set.of(), Set.of());

    /** Of any resource record; {@link #NONE} for endpoints and secrets. */
    static References of(Object resource) {
        References found = new References(
                new LinkedHashSet<>(), new LinkedHashSet<>(), new LinkedHashSet<>(), new LinkedHashSet<>());
        switch (resource) {
            case Listener listener -> found.add(listener);
            case RouteConfiguration routes -> found.add(routes);
            case Cluster cluster -> found.add(cluster);
            default -> {
                return NONE;
            }
        }
        return found;
    }

    private void add(Listener listener) {
        listener.filterChains().forEach(this::add);
        FilterChain last = listener.defaultFilterChain();
        if (last != null) {
            add(last);
        }
    }

    private void add(FilterChain chain) {
        add(chain.transportSocket());
        for (NetworkFilter filter : chain.filters()) {
            switch (filter) {
                case TcpProxy tcp -> add(tcp.cluster());
                case HttpConnectionManager http -> {
                    switch (http.routes()) {
                        case RouteSource.Rds rds -> routes.add(rds.routeConfigName());
                        case RouteSource.Inline inline -> add(inline.routes());
                    }
                }
            }
        }
    }

    private void add(RouteConfiguration configuration) {
        for (VirtualHost host : configuration.virtualHosts()) {
            for (Route route : host.routes()) {
                if (route.action() instanceof RouteAction.Forward forward) {
                    add(forward.cluster());
                }
            }
        }
    }

    private void add(Cluster cluster) {
        if (cluster.type() == Cluster.DiscoveryType.EDS) {
            endpoints.add(cluster.edsResourceName());
        }
        add(cluster.transportSocket());
        cluster.transportSocketMatches().forEach(match -> add(match.transportSocket()));
    }

    private void add(ClusterSpecifier specifier) {
        switch (specifier) {
            case ClusterSpecifier.Single single -> clusters.add(single.cluster());
            case ClusterSpecifier.Weighted weighted -> weighted.clusters().forEach(share -> clusters.add(share.name()));
            case ClusterSpecifier.FromHeader header -> {} // any cluster, known only per request
        }
    }

    private void add(TransportSocket socket) {
        CommonTls tls = switch (socket) {
            case TransportSocket.DownstreamTls downstream -> downstream.common();
            case TransportSocket.UpstreamTls upstream -> upstream.common();
            case TransportSocket.Plaintext plaintext -> null;
        };
        if (tls != null) {
            secrets.addAll(tls.certificateSecrets());
            String validation = tls.validation().secret();
            if (validation != null) {
                secrets.add(validation);
            }
        }
    }
}
