package dev.weft.translate;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import dev.weft.meshmodel.BackendRef;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshRoute;
import dev.weft.meshmodel.RouteFilter.Cors;
import dev.weft.meshmodel.RouteFilter.Mirror;
import dev.weft.meshmodel.Service;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What rules ask for that a filter of the proxy's does, or its router beside the request. */
final class RouteFilterConfigs {
    /** All there are: with credentials a browser does not take {@code *} for them (Fetch, CORS protocol). */
    private static final List<String> METHODS =
            List.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

    private RouteFilterConfigs() {}

    /** Null if the reference leads nowhere: then nothing is mirrored (Gateway API, HTTPRequestMirrorFilter). */
    static RouteAction.@Nullable RequestMirrorPolicy mirror(
            MeshImage image, MeshRoute route, Service.Port port, Mirror mirror) {
        if (!(image.resolve(route, mirror.backend(), port.port()) instanceof BackendRef.Found found)) {
            return null;
        }
        return RouteAction.RequestMirrorPolicy.newBuilder()
                .setCluster(Names.outbound(image, found))
                .setRuntimeFraction(RuntimeFractionalPercent.newBuilder().setDefaultValue(millionths(mirror.share())))
                // the mirror is a Service as any other, and knows itself by its callers' name for the first one
                .setDisableShadowHostSuffixAppend(true)
                .build();
    }

    static FractionalPercent millionths(int share) {
        return FractionalPercent.newBuilder()
                .setNumerator(share)
                .setDenominator(FractionalPercent.DenominatorType.MILLION)
                .build();
    }

    static Any cors(Cors cors) {
        CorsPolicy.Builder policy = CorsPolicy.newBuilder()
                .setAllowCredentials(BoolValue.of(cors.allowCredentials()))
                .setMaxAge(String.valueOf(cors.maxAgeSeconds()))
                // who is not let in is told so here: the application would have to know the rule to do it
                .setForwardNotMatchingPreflights(BoolValue.of(false));
        cors.origins().forEach(origin -> policy.addAllowOriginStringMatch(origin(origin)));
        boolean anyMethod = cors.methods().contains("*") && cors.allowCredentials();
        policy.setAllowMethods(String.join(",", anyMethod ? METHODS : cors.methods()));
        policy.setAllowHeaders(String.join(",", cors.headers()));
        policy.setExposeHeaders(String.join(",", cors.exposedHeaders()));
        return Protos.pack(policy.build());
    }

    private static StringMatcher origin(String origin) {
        if (!origin.contains("*")) {
            return StringMatcher.newBuilder().setExact(origin).build();
        }
        String pattern = Arrays.stream(origin.split("\\*", -1))
                .map(literal -> literal.isEmpty() ? "" : "\\Q" + literal + "\\E")
                .collect(Collectors.joining(".*"));
        return StringMatcher.newBuilder()
                .setSafeRegex(RegexMatcher.newBuilder().setRegex(pattern))
                .build();
    }
}
