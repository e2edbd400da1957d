package dev.weft.sources;

import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.RouteRule;
import dev.weft.meshmodel.TcpRoute;
import dev.weft.meshmodel.TlsRoute;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** {@code TCPRoute} and {@code TLSRoute} whose parents are Services: routes of whole connections. */
final class StreamRouteReader {
    private StreamRouteReader() {}

    static TcpRoute tcp(ResourceKey key, FieldReader spec) {
        spec.unused("useDefaultGateways");
        return new TcpRoute(key, RouteParts.parents(key, spec), rules(key, spec));
    }

    static TlsRoute tls(ResourceKey key, FieldReader spec) {
        spec.unused("useDefaultGateways");
        List<String> hostnames = spec.strings("hostnames");
        if (hostnames.isEmpty()) {
            spec.missing("hostnames");
        }
        for (int i = 0; i < hostnames.size(); i++) {
            String hostname = hostnames.get(i);
            String name = hostname.startsWith("*.") ? hostname.substring(2) : hostname;
            if (!Names.isSubdomain(name) || name.matches("[0-9.]+")) {
                spec.findings()
                        .error(
                                "bad-name",
                                spec.at("hostnames") + "[" + i + "]",
                                "is not the name of a server: '" + hostname + "'",
                                "a host name, or '*.' and the end of one; no address");
            }
        }
        return new TlsRoute(key, RouteParts.parents(key, spec), hostnames, rules(key, spec));
    }

    private static List<RouteRule<Void>> rules(ResourceKey key, FieldReader spec) {
        List<FieldReader> items = spec.objects("rules");
        if (items.size() != 1) { // Gateway API: MinItems and MaxItems are 1
            spec.findings().error("bad-value", spec.at("rules"), "must be one rule (got " + items.size() + ")", "");
        }
        List<RouteRule<Void>> rules = new ArrayList<>();
        for (FieldReader item : items) {
            rules.add(new RouteRule<>(
                    Objects.requireNonNullElse(item.string("name"), ""),
                    List.of(),
                    List.of(),
                    RouteParts.backends(key, item, RouteFilterReader.NONE),
                    null,
                    null,
                    null));
        }
        return rules;
    }
}
