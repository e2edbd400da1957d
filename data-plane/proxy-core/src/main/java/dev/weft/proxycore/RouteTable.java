package dev.weft.proxycore;

import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.VirtualHost;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** temporary. */
final class RouteTable {
    record Match(VirtualHost host, Route route) {}

    private final RouteConfiguration config;

    RouteTable(RouteConfiguration config) {
        this.config = config;
    }

    RouteConfiguration config() {
        return config;
    }

    @Nullable
    Match match(RequestHead head, RandomGenerator random) {
        for (VirtualHost host : config.virtualHosts()) {
            if (host.domains().contains("*") || host.domains().contains(head.authorityText())) {
                for (Route route : host.routes()) {
                    return new Match(host, route);
                }
            }
        }
        return null;
    }
}
