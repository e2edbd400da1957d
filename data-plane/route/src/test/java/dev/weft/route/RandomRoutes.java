package dev.weft.route;

import dev.weft.xdsmodel.HeaderMatcher;
import dev.weft.xdsmodel.HeaderMutations;
import dev.weft.xdsmodel.Metadata;
import dev.weft.xdsmodel.QueryParameterMatcher;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.RouteMatch.PathMatch;
import dev.weft.xdsmodel.StringMatcher;
import dev.weft.xdsmodel.VirtualHost;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Makes configurations and requests of a small alphabet, so that they meet, or nearly do, often. */
final class RandomRoutes {
    private final Random random;

    RandomRoutes(Random random) {
        this.random = random;
    }

    RouteConfiguration configuration() {
        Set<String> taken = new HashSet<>();
        List<VirtualHost> hosts = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int h = 0; h < count; h++) {
            List<String> domains = new ArrayList<>();
            for (int d = random.nextInt(3); d >= 0; d--) {
                String domain = random.nextInt(2) == 0 ? "*" : domain();
                if (taken.add(domain.toLowerCase(java.util.Locale.ROOT))) {
                    domains.add(domain);
                }
            }
            List<Route> routes = new ArrayList<>();
            boolean dense = random.nextInt(10) == 0;
            for (int r = dense ? 60 : 1 + random.nextInt(12); r > 0; r--) {
                routes.add(Route.of(dense && random.nextInt(4) != 0 ? value() : match(), RouteAction.Forward.to("c")));
            }
            hosts.add(VirtualHost.of("h" + h, domains, routes.toArray(new Route[0])));
        }
        return new RouteConfiguration(
                "random",
                hosts,
                HeaderMutations.NONE,
                false,
                random.nextBoolean(),
                random.nextInt(4) == 0,
                Metadata.NONE,
                java.util.Map.of());
    }

    private String domain() {
        String name = pick("a", "b", "a.b", "b.a", "a.b.a", "A.b") + pick("", "", ":80", ".b");
        return switch (random.nextInt(4)) {
            case 0 -> "*" + pick("", ".") + name;
            case 1 -> name + pick("", ".") + "*";
            default -> name;
        };
    }

    private RouteMatch match() {
        boolean caseSensitive = random.nextInt(4) != 0;
        PathMatch path = switch (random.nextInt(10)) {
            case 0, 1, 2 -> new PathMatch.Exact(path());
            case 3, 4, 5 -> new PathMatch.Prefix(path());
            case 6, 7 -> new PathMatch.PathSeparatedPrefix(path().replaceAll("/+$", "") + "/x");
            case 8 -> new PathMatch.Regex(regex());
            default -> random.nextInt(3) == 0 ? new PathMatch.Connect() : new PathMatch.Prefix("/");
        };
        List<HeaderMatcher> headers = new ArrayList<>();
        while (random.nextInt(5) < 2) {
            headers.add(header());
        }
        List<QueryParameterMatcher> parameters = new ArrayList<>();
        while (random.nextInt(6) == 0) {
            parameters.add(new QueryParameterMatcher(pick("q", "r"), random.nextBoolean() ? null : text()));
        }
        RouteMatch.Fraction all = new RouteMatch.Fraction(random.nextInt(2) * 100, 100);
        return new RouteMatch(
                path,
                caseSensitive,
                headers,
                parameters,
                random.nextInt(12) == 0 ? all : null,
                random.nextInt(16) == 0);
    }

    /** One of many that ask a value of the same few headers and parameters on the same few paths. */
    private RouteMatch value() {
        PathMatch path = random.nextBoolean() ? new PathMatch.Prefix(pick("/", "/a")) : new PathMatch.Regex("/[ab].*");
        List<HeaderMatcher> headers = new ArrayList<>();
        List<QueryParameterMatcher> parameters = new ArrayList<>();
        do {
            StringMatcher value = new StringMatcher.Exact(pick("a", "b", "ab", "1", "7"), random.nextInt(8) == 0);
            if (random.nextInt(3) == 0) {
                parameters.add(new QueryParameterMatcher(pick("q", "r"), value));
            } else {
                headers.add(HeaderMatcher.of(pick("x-a", "x-b", ":method"), value));
            }
        } while (random.nextInt(3) == 0);
        return new RouteMatch(path, true, headers, parameters, null, false);
    }

    private String regex() {
        return pick(
                "/a.*",
                "/[ab]+",
                ".*b",
                "/",
                "/(a|b)/.+",
                "/A/.*",
                "/[^/]+",
                "/x?/(ab|x){1,2}",
                "(?i)/A/?.*", // left to RE2
                "/.*/?b\\b.*");
    }

    private HeaderMatcher header() {
        if (random.nextInt(3) == 0) {
            String value = pick("a", "b", "ab", "1", "7");
            return HeaderMatcher.of(pick("x-a", "x-b"), new StringMatcher.Exact(value, false));
        }
        HeaderMatcher.Check check = switch (random.nextInt(5)) {
            case 0 -> new HeaderMatcher.Check.Present(random.nextBoolean());
            case 1 -> new HeaderMatcher.Check.Range(random.nextInt(3) - 2, random.nextInt(12));
            default -> new HeaderMatcher.Check.Value(text());
        };
        return new HeaderMatcher(
                pick("x-a", "x-b", ":method", ":path", ":authority", ":scheme"),
                check,
                random.nextInt(3) == 0,
                random.nextInt(3) == 0);
    }

    private StringMatcher text() {
        String value = pick("a", "b", "ab", "GET", "/a", "1", "http", "");
        boolean fold = random.nextBoolean();
        return switch (random.nextInt(5)) {
            case 0 -> new StringMatcher.Exact(value, fold);
            case 1 -> new StringMatcher.Prefix(value, fold);
            case 2 -> new StringMatcher.Suffix(value, fold);
            case 3 -> new StringMatcher.Contains(value, fold);
            default -> new StringMatcher.Regex(pick("a.*", "[0-9]+", ".*", "(a|b)+", "a,b"));
        };
    }

    private String path() {
        StringBuilder path = new StringBuilder();
        for (int n = random.nextInt(3); n >= 0; n--) {
            path.append('/').append(pick("a", "b", "a", "b", "ab", "x", "A", "", "a;v=1", "é"));
        }
        return path.toString();
    }

    NaiveRouter.Request request() {
        String target = path();
        if (random.nextInt(3) == 0) {
            target += "?" + pick("q", "r", "q=a", "q=b&q=a", "r=1&q=ab", "", "&&q=", "=a");
        }
        List<Map.Entry<String, String>> fields = new ArrayList<>();
        while (random.nextInt(2) == 0) {
            fields.add(Map.entry(pick("x-a", "X-A", "x-b", "X-b"), pick("a", "b", "ab", "1", "7", "-1", "", "1x")));
        }
        if (random.nextInt(4) == 0) {
            fields.add(Map.entry("x-forwarded-proto", pick("http", "https")));
        }
        if (random.nextInt(3) == 0) {
            fields.add(
                    Map.entry("Content-Type", pick("application/grpc", "application/grpc+proto", "application/json")));
        }
        return new NaiveRouter.Request(
                pick("GET", "GET", "GET", "GET", "GET", "POST", "POST", "CONNECT"),
                pick("a", "b", "a.b", "b.a", "a.b.a", "A.B", "c.a.b", "a.c") + pick("", "", ":80", ":8080"),
                target,
                fields);
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
