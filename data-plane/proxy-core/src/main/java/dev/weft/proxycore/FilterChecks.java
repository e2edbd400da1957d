package dev.weft.proxycore;

import dev.weft.base.Diagnostic;
import dev.weft.xdsmodel.ClusterSpecifier;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.HttpFilterConfig;
import dev.weft.xdsmodel.HttpFilterEntry;
import dev.weft.xdsmodel.HttpFilterOverride;
import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.NetworkFilter;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteSource;
import dev.weft.xdsmodel.VirtualHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Whether filters can be made of what a snapshot says of them, and where not. */
final class FilterChecks {
    private final HttpFilterFactory factory;
    private final List<Diagnostic> problems;

    FilterChecks(HttpFilterFactory factory, List<Diagnostic> problems) {
        this.factory = factory;
        this.problems = problems;
    }

    void listener(Listener listener) {
        List<FilterChain> chains = new ArrayList<>(listener.filterChains());
        if (listener.defaultFilterChain() != null) {
            chains.add(listener.defaultFilterChain());
        }
        for (FilterChain chain : chains) {
            for (NetworkFilter filter : chain.filters()) {
                if (filter instanceof HttpConnectionManager http) {
                    String path = "listeners[" + listener.name() + "].filter_chains";
                    manager(path, http);
                    if (http.routes() instanceof RouteSource.Inline inline) {
                        routes(path + ".route_config", inline.routes());
                    }
                }
            }
        }
    }

    private void manager(String path, HttpConnectionManager http) {
        for (HttpFilterEntry entry : http.httpFilters()) {
            if (!(entry.config() instanceof HttpFilterConfig.Router)) {
                check(path + ".http_filters[" + entry.name() + "].typed_config", entry.config());
            }
        }
    }

    void routes(String path, RouteConfiguration routes) {
        overrides(path, routes.filters());
        for (int h = 0; h < routes.virtualHosts().size(); h++) {
            VirtualHost host = routes.virtualHosts().get(h);
            String hostPath = path + ".virtual_hosts[" + h + "]";
            overrides(hostPath, host.filters());
            for (int r = 0; r < host.routes().size(); r++) {
                route(hostPath + ".routes[" + r + "]", host.routes().get(r));
            }
        }
    }

    private void route(String path, Route route) {
        overrides(path, route.filters());
        if (route.action() instanceof RouteAction.Forward forward
                && forward.cluster() instanceof ClusterSpecifier.Weighted weighted) {
            for (int i = 0; i < weighted.clusters().size(); i++) {
                String sharePath = path + ".route.weighted_clusters.clusters[" + i + "]";
                overrides(sharePath, weighted.clusters().get(i).filters());
            }
        }
    }

    private void overrides(String path, Map<String, HttpFilterOverride> overrides) {
        overrides.forEach((name, override) -> {
            HttpFilterConfig config = override.config();
            if (config != null) {
                check(path + ".typed_per_filter_config[" + name + "]", config);
            }
        });
    }

    private void check(String path, HttpFilterConfig config) {
        try {
            factory.check(config);
        } catch (IllegalArgumentException e) {
            problems.add(Diagnostic.error("bad-filter", path, String.valueOf(e.getMessage()), ""));
        }
    }
}
