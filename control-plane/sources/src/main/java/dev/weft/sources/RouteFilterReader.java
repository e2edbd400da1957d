package dev.weft.sources;

import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.RouteFilter;
import dev.weft.meshmodel.RouteFilter.Header;
import dev.weft.meshmodel.RouteFilter.HeaderEdit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The {@code filters} of a rule or a backend. */
final class RouteFilterReader {
    /** Those of an HTTPRoute. */
    static final RouteFilterReader HTTP = new RouteFilterReader(Map.of(
            "RequestHeaderModifier", "requestHeaderModifier",
            "ResponseHeaderModifier", "responseHeaderModifier",
            "RequestMirror", "requestMirror",
            "RequestRedirect", "requestRedirect",
            "URLRewrite", "urlRewrite",
            "CORS", "cors",
            "ExternalAuth", "externalAuth",
            "ExtensionRef", "extensionRef"));

    /** Those of a GRPCRoute. */
    static final RouteFilterReader GRPC = new RouteFilterReader(Map.of(
            "RequestHeaderModifier", "requestHeaderModifier",
            "ResponseHeaderModifier", "responseHeaderModifier",
            "RequestMirror", "requestMirror",
            "ExtensionRef", "extensionRef"));

    /** Backends of TCPRoute and TLSRoute have no such field. */
    static final RouteFilterReader NONE = new RouteFilterReader(Map.of());

    private static final int ALL = 1_000_000;

    private static final Set<String> SUPPORTED = Set.of(
            "RequestHeaderModifier",
            "ResponseHeaderModifier",
            "RequestRedirect",
            "URLRewrite",
            "RequestMirror",
            "CORS");

    /** Gateway API lets only these stand more than once. */
    private static final Set<String> REPEATABLE = Set.of("RequestMirror", "ExtensionRef");

    private final Map<String, String> fieldByType;

    private RouteFilterReader(Map<String, String> fieldByType) {
        this.fieldByType = fieldByType;
    }

    /** @param key of the route they are in */
    List<RouteFilter> read(ResourceKey key, FieldReader owner) {
        List<RouteFilter> filters = new ArrayList<>();
        if (fieldByType.isEmpty()) {
            return filters;
        }
        Set<String> seen = new HashSet<>();
        for (FieldReader item : owner.objects("filters")) {
            String type = item.requiredString("type");
            if (!seen.add(type) && fieldByType.containsKey(type) && !REPEATABLE.contains(type)) {
                item.findings().error("bad-value", item.at("type"), type + " is there twice", "merge the two");
            }
            RouteFilter filter = filter(key, item, type);
            if (filter != null) {
                filters.add(filter);
            }
        }
        if (seen.contains("RequestRedirect") && seen.contains("URLRewrite")) {
            owner.findings()
                    .error(
                            "bad-value",
                            owner.at("filters"),
                            "RequestRedirect and URLRewrite exclude each other",
                            "a redirect changes the URL itself");
        }
        return filters;
    }

    private @Nullable RouteFilter filter(ResourceKey key, FieldReader item, String type) {
        String field = item.choice("type", fieldByType);
        if (field == null) {
            item.ignored(fieldByType.values().toArray(String[]::new));
            return null;
        }
        if (!item.has(field)) {
            item.missing(field);
            return null;
        }
        if (type.equals("ExtensionRef")) {
            return extension(key, item.requiredObject(field));
        }
        if (!SUPPORTED.contains(type)) {
            return new RouteFilter.Unsupported(type); // its requests get 500
        }
        FieldReader config = item.object(field);
        if (config == null) {
            return null;
        }
        return switch (type) {
            case "RequestHeaderModifier" -> new RouteFilter.RequestHeaders(edit(config));
            case "ResponseHeaderModifier" -> new RouteFilter.ResponseHeaders(edit(config));
            case "RequestRedirect" -> UrlFilterReader.redirect(config);
            case "RequestMirror" -> mirror(key, config);
            case "CORS" -> CorsReader.read(config);
            default -> UrlFilterReader.rewrite(config);
        };
    }

    private static @Nullable RouteFilter extension(ResourceKey key, @Nullable FieldReader item) {
        if (item == null) {
            return null;
        }
        String group = item.requiredString("group");
        String kind = item.requiredString("kind");
        String name = item.requiredString("name");
        boolean ours = key.kind() == Kind.HTTP_ROUTE
                && group.equals(Kind.HTTP_ROUTE_FILTER.group())
                && kind.equals(Kind.HTTP_ROUTE_FILTER.documentName());
        return ours
                ? new RouteFilter.Extension(new ResourceKey(Kind.HTTP_ROUTE_FILTER, key.namespace(), name))
                : new RouteFilter.Unsupported("ExtensionRef to " + group + "/" + kind);
    }

    private static @Nullable RouteFilter mirror(ResourceKey key, FieldReader item) {
        FieldReader backend = item.requiredObject("backendRef");
        Integer percent = item.integer("percent", 0, 100);
        FieldReader fraction = item.object("fraction");
        if (percent != null && fraction != null) {
            item.findings().error("bad-value", item.path(), "has both 'percent' and 'fraction'", "keep one");
        }
        int share = percent == null ? ALL : percent * (ALL / 100);
        if (fraction != null) {
            Integer denominator = fraction.integer("denominator", 1, Integer.MAX_VALUE);
            int whole = denominator == null ? 100 : denominator;
            share = (int) ((long) fraction.requiredInteger("numerator", 0, whole) * ALL / whole);
        }
        return backend == null ? null : new RouteFilter.Mirror(RouteParts.backend(key, backend, NONE), share);
    }

    private static HeaderEdit edit(FieldReader item) {
        List<String> remove = item.strings("remove");
        for (int i = 0; i < remove.size(); i++) {
            HttpFields.checkEditedName(item.findings(), item.at("remove") + "[" + i + "]", remove.get(i));
        }
        HeaderEdit edit = new HeaderEdit(headers(item, "set"), headers(item, "add"), remove);
        Set<String> names = new HashSet<>();
        Stream.of(edit.set().stream().map(Header::name), edit.add().stream().map(Header::name), remove.stream())
                .flatMap(Function.identity())
                .map(name -> name.toLowerCase(Locale.ROOT))
                .filter(name -> !names.add(name))
                .forEach(name -> item.findings()
                        .error("bad-value", item.path(), "says more than one thing about " + name, "keep one"));
        return edit;
    }

    private static List<Header> headers(FieldReader item, String field) {
        List<Header> headers = new ArrayList<>();
        for (FieldReader header : item.objects(field)) {
            String name = header.requiredString("name");
            String value = Objects.requireNonNullElse(header.string("value"), "");
            if (header.has("name")) {
                HttpFields.checkEditedName(header.findings(), header.at("name"), name);
            }
            HttpFields.checkValue(header.findings(), header.at("value"), value);
            headers.add(new Header(name, value));
        }
        return headers;
    }
}
