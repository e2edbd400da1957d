package dev.weft.translate;

import dev.weft.meshmodel.RouteFilter;
import dev.weft.meshmodel.RouteFilter.Header;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import java.util.List;

/** Header modifiers of a rule or a backend. */
final class HeaderEdits {
    private HeaderEdits() {}

    static void apply(Route.Builder route, List<RouteFilter> filters) {
        for (RouteFilter filter : filters) {
            switch (filter) {
                case RouteFilter.RequestHeaders request -> {
                    request.edit().set().forEach(header -> route.addRequestHeadersToAdd(set(header)));
                    request.edit().add().forEach(header -> route.addRequestHeadersToAdd(add(header)));
                    route.addAllRequestHeadersToRemove(request.edit().remove());
                }
                case RouteFilter.ResponseHeaders response -> {
                    response.edit().set().forEach(header -> route.addResponseHeadersToAdd(set(header)));
                    response.edit().add().forEach(header -> route.addResponseHeadersToAdd(add(header)));
                    route.addAllResponseHeadersToRemove(response.edit().remove());
                }
                default -> {}
            }
        }
    }

    static void apply(WeightedCluster.ClusterWeight.Builder share, List<RouteFilter> filters) {
        for (RouteFilter filter : filters) {
            switch (filter) {
                case RouteFilter.RequestHeaders request -> {
                    request.edit().set().forEach(header -> share.addRequestHeadersToAdd(set(header)));
                    request.edit().add().forEach(header -> share.addRequestHeadersToAdd(add(header)));
                    share.addAllRequestHeadersToRemove(request.edit().remove());
                }
                case RouteFilter.ResponseHeaders response -> {
                    response.edit().set().forEach(header -> share.addResponseHeadersToAdd(set(header)));
                    response.edit().add().forEach(header -> share.addResponseHeadersToAdd(add(header)));
                    share.addAllResponseHeadersToRemove(response.edit().remove());
                }
                case RouteFilter.UrlRewrite rewrite -> share.setHostRewriteLiteral(rewrite.hostname());
                default -> {} // the backend's share is an error instead
            }
        }
    }

    static HeaderValueOption set(Header header) {
        return option(header, HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD);
    }

    private static HeaderValueOption add(Header header) {
        return option(header, HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD);
    }

    private static HeaderValueOption option(Header header, HeaderAppendAction action) {
        return HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder()
                        .setKey(header.name())
                        // Gateway API values are literal; '%' begins a command of Envoy's
                        .setValue(header.value().replace("%", "%%")))
                .setAppendAction(action)
                .setKeepEmptyValue(true)
                .build();
    }
}
