package dev.weft.translate;

import dev.weft.meshmodel.HttpRouteFilter.DirectResponse;
import dev.weft.meshmodel.RouteFilter.Header;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;

/** Answers a rule gives without a backend. */
final class DirectResponses {
    private DirectResponses() {}

    static Route of(Route.Builder route, DirectResponse response) {
        DirectResponseAction.Builder action = DirectResponseAction.newBuilder().setStatus(response.status());
        if (!response.body().isEmpty()) {
            action.setBody(DataSource.newBuilder().setInlineString(response.body()));
        }
        if (!response.contentType().isEmpty()) {
            route.addResponseHeadersToAdd(
                    0,
                    HeaderEdits.set(
                            new Header("content-type", response.contentType()))); // a rule's edit is the last word
        }
        return route.setDirectResponse(action).build();
    }
}
