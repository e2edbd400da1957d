package dev.weft.sources;

import dev.weft.meshmodel.GrpcRoute;
import dev.weft.meshmodel.GrpcRoute.Match;
import dev.weft.meshmodel.GrpcRoute.MethodMatch;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.RouteRule;
import dev.weft.meshmodel.ValueMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code gateway.networking.k8s.io/v1 GRPCRoute} whose parents are Services (GAMMA). */
final class GrpcRouteReader {
    private static final Map<String, ValueMatch.Type> TYPES =
            Map.of("Exact", ValueMatch.Type.EXACT, "RegularExpression", ValueMatch.Type.REGEX);

    // Gateway API, GRPCMethodMatch
    private static final Pattern SERVICE = Pattern.compile("(?i)\\.?[a-z_][a-z_0-9]*(\\.[a-z_][a-z_0-9]*)*");
    private static final Pattern METHOD = Pattern.compile("[A-Za-z_][A-Za-z_0-9]*");

    private static final RouteFilterReader FILTERS = RouteFilterReader.GRPC;

    private GrpcRouteReader() {}

    static GrpcRoute read(ResourceKey key, FieldReader spec) {
        List<RouteRule<Match>> rules = new ArrayList<>();
        for (FieldReader item : spec.objects("rules")) {
            rules.add(rule(key, rules.size(), item));
        }
        RouteParts.checkNames(spec, rules);
        return new GrpcRoute(key, RouteParts.parents(key, spec), RouteParts.hostnames(spec), rules);
    }

    private static RouteRule<Match> rule(ResourceKey key, int index, FieldReader item) {
        List<Match> matches = new ArrayList<>();
        for (FieldReader match : item.objects("matches")) {
            FieldReader method = match.object("method");
            matches.add(new Match(method == null ? null : method(method), RouteParts.values(match, "headers", true)));
        }
        return new RouteRule<>(
                Objects.requireNonNullElse(item.string("name"), ""),
                matches,
                FILTERS.read(key, item),
                RouteParts.backends(key, item, FILTERS),
                null,
                null,
                SessionReader.read(key, RouteParts.ruleName(item, index), item.object("sessionPersistence")));
    }

    private static MethodMatch method(FieldReader item) {
        ValueMatch.Type type = Objects.requireNonNullElse(item.choice("type", TYPES), ValueMatch.Type.EXACT);
        String service = name(item, "service", type, SERVICE);
        String method = name(item, "method", type, METHOD);
        if (service.isEmpty() && method.isEmpty()) {
            item.findings()
                    .error(
                            "missing-field",
                            item.path(),
                            "needs 'service', 'method', or both",
                            "remove it for any call");
        }
        return new MethodMatch(type, service, method);
    }

    private static String name(FieldReader item, String field, ValueMatch.Type type, Pattern exact) {
        @Nullable String name = item.string(field);
        if (name == null || name.isEmpty()) {
            return "";
        }
        if (type == ValueMatch.Type.REGEX) {
            Re2.check(item, field, name);
        } else if (!exact.matcher(name).matches()) {
            item.findings()
                    .error("bad-value", item.at(field), "is not the name of a " + field + ": '" + name + "'", "");
        }
        return name;
    }
}
