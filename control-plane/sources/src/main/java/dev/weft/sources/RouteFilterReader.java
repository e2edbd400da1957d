package dev.weft.sources;

import dev.weft.meshmodel.RouteFilter;
import dev.weft.meshmodel.RouteFilter.Header;
import dev.weft.meshmodel.RouteFilter.HeaderEdit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The {@code filters} of a rule or a backend. */
final class RouteFilterReader {
    private static final Map<String, String> FIELD_BY_TYPE = Map.of(
            "RequestHeaderModifier", "requestHeaderModifier",
            "ResponseHeaderModifier", "responseHeaderModifier",
            "RequestMirror", "requestMirror",
            "RequestRedirect", "requestRedirect",
            "URLRewrite", "urlRewrite",
            "CORS", "cors",
            "ExternalAuth", "externalAuth",
            "ExtensionRef", "extensionRef");

    private RouteFilterReader() {}

    static List<RouteFilter> read(FieldReader owner) {
        List<RouteFilter> filters = new ArrayList<>();
        for (FieldReader item : owner.objects("filters")) {
            RouteFilter filter = filter(item);
            if (filter != null) {
                filters.add(filter);
            }
        }
        return filters;
    }

    private static @Nullable RouteFilter filter(FieldReader item) {
        String type = item.requiredString("type");
        String field = item.choice("type", FIELD_BY_TYPE);
        if (field == null) {
            item.ignored(FIELD_BY_TYPE.values().toArray(String[]::new));
            return null;
        }
        if (!item.has(field)) {
            item.missing(field);
            return null;
        }
        return switch (type) {
            case "RequestHeaderModifier" -> new RouteFilter.RequestHeaders(edit(item.object(field)));
            case "ResponseHeaderModifier" -> new RouteFilter.ResponseHeaders(edit(item.object(field)));
            default -> new RouteFilter.Unsupported(type);
        };
    }

    private static HeaderEdit edit(@Nullable FieldReader item) {
        if (item == null) { // not a mapping: reported
            return new HeaderEdit(List.of(), List.of(), List.of());
        }
        List<String> remove = item.strings("remove");
        for (int i = 0; i < remove.size(); i++) {
            HttpFields.checkEditedName(item.findings(), item.at("remove") + "[" + i + "]", remove.get(i));
        }
        return new HeaderEdit(headers(item, "set"), headers(item, "add"), remove);
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
