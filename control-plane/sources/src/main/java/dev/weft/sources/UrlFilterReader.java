package dev.weft.sources;

import dev.weft.meshmodel.RouteFilter.PathModifier;
import dev.weft.meshmodel.RouteFilter.Redirect;
import dev.weft.meshmodel.RouteFilter.UrlRewrite;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The filters that change a request's URL: {@code requestRedirect} and {@code urlRewrite}. */
final class UrlFilterReader {
    private static final Map<String, String> SCHEMES = Map.of("http", "http", "https", "https");
    private static final Map<String, PathModifier.Type> MODIFIERS =
            Map.of("ReplaceFullPath", PathModifier.Type.FULL, "ReplacePrefixMatch", PathModifier.Type.PREFIX_MATCH);
    private static final List<Integer> STATUS_CODES = List.of(301, 302, 303, 307, 308);
    private static final int LONGEST_PATH = 1024;

    private UrlFilterReader() {}

    static Redirect redirect(FieldReader item) {
        Integer status = item.integer("statusCode", 100, 599);
        if (status != null && !STATUS_CODES.contains(status)) {
            item.findings()
                    .error(
                            "bad-value",
                            item.at("statusCode"),
                            "is not the status of a redirect (got " + status + ")",
                            "use one of 301, 302, 303, 307, 308");
        }
        return new Redirect(
                Objects.requireNonNullElse(item.choice("scheme", SCHEMES), ""),
                hostname(item),
                path(item),
                item.integer("port", 1, 65_535),
                status == null ? 302 : status);
    }

    static UrlRewrite rewrite(FieldReader item) {
        return new UrlRewrite(hostname(item), path(item));
    }

    private static String hostname(FieldReader item) {
        String hostname = item.string("hostname");
        if (hostname != null && !Names.isSubdomain(hostname)) {
            item.findings()
                    .error("bad-name", item.at("hostname"), "is not a host name: '" + hostname + "'", Names.RULE);
        }
        return hostname == null ? "" : hostname;
    }

    private static @Nullable PathModifier path(FieldReader owner) {
        FieldReader item = owner.object("path");
        if (item == null) {
            return null;
        }
        item.requiredString("type");
        PathModifier.Type type = item.choice("type", MODIFIERS);
        String full = item.string("replaceFullPath");
        String prefix = item.string("replacePrefixMatch");
        if (type == null) {
            return null;
        }
        boolean isFull = type == PathModifier.Type.FULL;
        String value = isFull ? full : prefix;
        if ((isFull ? prefix : full) != null) {
            item.findings()
                    .error("bad-value", item.path(), "has a value that is not of its type", "keep the one of its type");
        }
        if (value == null) {
            item.missing(isFull ? "replaceFullPath" : "replacePrefixMatch");
            return null;
        }
        check(item, isFull ? "replaceFullPath" : "replacePrefixMatch", value);
        return new PathModifier(type, value);
    }

    /** What a URL cannot hold would make the proxy refuse all routes of the port. */
    private static void check(FieldReader item, String field, String value) {
        if (!value.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#')) {
            item.findings().error("bad-value", item.at(field), "holds a character no path has", "write it as %XX");
        } else if (!value.isEmpty() && !value.startsWith("/")) {
            item.findings().error("bad-value", item.at(field), "must begin with '/' (got '" + value + "')", "");
        } else if (value.length() > LONGEST_PATH) {
            item.findings().error("bad-value", item.at(field), "is longer than " + LONGEST_PATH + " characters", "");
        }
    }
}
