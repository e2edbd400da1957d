package dev.weft.bench;

import dev.weft.http.Ascii;
import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.HeaderMatcher;
import dev.weft.xdsmodel.QueryParameterMatcher;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.RouteMatch.PathMatch;
import dev.weft.xdsmodel.StringMatcher;
import dev.weft.xdsmodel.VirtualHost;
import java.util.ArrayList;
import java.util.List;

/** What the routes of one host look like; the n-th one takes the n-th request and no other does. */
public enum RouteShape {
    /** Every route an exact path. */
    EXACT,
    /** Every route a prefix by element. */
    PREFIX,
    /** Every route a regular expression, with a class before what tells them apart. */
    REGEX,
    /** One path, told apart by a header's value. */
    HEADER,
    /** Of each ten as many as a mesh might have of all kinds, in Gateway API's order. */
    MIXED;

    private static final String HOST = "catalogue.shop.svc.cluster.local";

    private enum Kind {
        EXACT,
        REGEX,
        PREFIX_METHOD_HEADER,
        PREFIX_HEADER,
        PREFIX_QUERY,
        PREFIX,
        HEADER
    }

    /** A configuration of one host; no route takes everything. */
    RouteConfiguration configuration(int routes) {
        List<Route> all = new ArrayList<>();
        for (int i = 0; i < routes; i++) {
            all.add(Route.of(match(i, routes), RouteAction.Forward.to("cluster-" + i)));
        }
        return RouteConfiguration.of(
                "outbound|80", VirtualHost.of("catalogue", List.of(HOST, HOST + ":80"), all.toArray(Route[]::new)));
    }

    /** Tenths of the routes, in the order of precedence: exact, expressions, then prefixes. */
    private Kind kind(int route, int routes) {
        return switch (this) {
            case EXACT -> Kind.EXACT;
            case PREFIX -> Kind.PREFIX;
            case REGEX -> Kind.REGEX;
            case HEADER -> Kind.HEADER;
            case MIXED ->
                switch ((int) (route * 10L / routes)) {
                    case 0, 1 -> Kind.EXACT;
                    case 2 -> Kind.REGEX;
                    case 3 -> Kind.PREFIX_METHOD_HEADER;
                    case 4, 5 -> Kind.PREFIX_HEADER;
                    case 6 -> Kind.PREFIX_QUERY;
                    default -> Kind.PREFIX;
                };
        };
    }

    private RouteMatch match(int route, int routes) {
        String prefix = "/api/items-" + route;
        List<HeaderMatcher> headers = new ArrayList<>();
        List<QueryParameterMatcher> query = new ArrayList<>();
        Kind kind = kind(route, routes);
        PathMatch path = switch (kind) {
            case EXACT -> new PathMatch.Exact(prefix + "/list");
            case REGEX -> new PathMatch.Regex("/v[0-9]+/items-" + route + "/[^/]+/reviews");
            case HEADER -> new PathMatch.PathSeparatedPrefix("/api");
            default -> new PathMatch.PathSeparatedPrefix(prefix);
        };
        if (kind == Kind.HEADER) {
            headers.add(exact("x-tenant", "tenant-" + route));
        }
        if (kind == Kind.PREFIX_METHOD_HEADER) {
            headers.add(exact(":method", "GET"));
            headers.add(HeaderMatcher.of("user-agent", new StringMatcher.Regex(".*Firefox/[0-9]+.*")));
        }
        if (kind == Kind.PREFIX_HEADER) {
            headers.add(exact("x-version", "canary"));
        }
        if (kind == Kind.PREFIX_QUERY) {
            query.add(new QueryParameterMatcher("version", new StringMatcher.Exact("2", false)));
        }
        return new RouteMatch(path, true, headers, query, null, false);
    }

    private static HeaderMatcher exact(String name, String value) {
        return HeaderMatcher.of(name, new StringMatcher.Exact(value, false));
    }

    /** What the route takes; the route after the last has a request, too, which none takes. */
    RequestHead request(int route, int routes) {
        String target = switch (kind(Math.min(route, routes - 1), routes)) {
            case EXACT -> "/api/items-" + route + "/list";
            case REGEX -> "/v2/items-" + route + "/4711/reviews";
            case HEADER -> "/api/items";
            case PREFIX_QUERY -> "/api/items-" + route + "/4711?lang=en&version=2";
            default -> "/api/items-" + route + "/4711/reviews?lang=en";
        };
        RequestHead head = new RequestHead(1024);
        int start = append(head, "GET");
        head.method(start, start + 3);
        start = append(head, target);
        head.target(start, start + target.length());
        start = append(head, HOST);
        head.authority(start, start + HOST.length());
        field(head, "host", HOST);
        field(head, "user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
        field(head, "accept", "application/json");
        field(head, "accept-encoding", "gzip, deflate, br");
        field(head, "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        field(head, "x-request-id", "5b9a2f0c-3f0c-4a62-9d3f-2f6b0c7d1e55");
        field(head, "x-version", "canary");
        field(head, "x-tenant", "tenant-" + route);
        return head;
    }

    private static int append(RequestHead head, String text) {
        byte[] bytes = Ascii.bytes(text);
        int at = head.headers().reserve(bytes.length);
        System.arraycopy(bytes, 0, head.bytes(), at, bytes.length);
        head.headers().advance(bytes.length);
        return at;
    }

    private static void field(RequestHead head, String name, String value) {
        head.headers().add(Ascii.bytes(name), Ascii.bytes(value));
    }
}
