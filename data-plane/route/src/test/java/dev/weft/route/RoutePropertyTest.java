package dev.weft.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xdsmodel.HeaderMatcher;
import dev.weft.xdsmodel.HeaderMutations;
import dev.weft.xdsmodel.Metadata;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.QueryParameterMatcher;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.RouteMatch.PathMatch;
import dev.weft.xdsmodel.StringMatcher;
import dev.weft.xdsmodel.VirtualHost;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Random configurations and requests over a small alphabet, so that they meet often, against the naive oracle. */
class RoutePropertyTest {
    private static final int CONFIGURATIONS = 2_000;
    private static final int REQUESTS = 60;

    private final Random random = new Random(2026);

    @Test
    void agreesWithTheNaiveEvaluator() {
        int matched = 0;
        for (int c = 0; c < CONFIGURATIONS; c++) {
            RouteConfiguration config = configuration();
            CompiledRoutes compiled = compile(config);
            for (int r = 0; r < REQUESTS; r++) {
                NaiveRouter.Request request = request();
                List<String> fields = new ArrayList<>();
                request.fields().forEach(f -> Collections.addAll(fields, f.getKey(), f.getValue()));
                CompiledRoute actual = compiled.match(
                        Heads.request(
                                request.method(), request.authority(), request.target(), fields.toArray(new String[0])),
                        random);
                Route expected = NaiveRouter.match(config, request);
                assertThat(actual == null ? null : actual.route())
                        .as("%s against %s", request, config)
                        .isSameAs(expected);
                matched += expected == null ? 0 : 1;
            }
        }
        // The generator must hit: a test that never matches proves nothing.
        assertThat(matched).isBetween(CONFIGURATIONS * REQUESTS / 5, CONFIGURATIONS * REQUESTS * 4 / 5);
    }

    static CompiledRoutes compile(RouteConfiguration config) {
        Parsed<CompiledRoutes> parsed = CompiledRoutes.compile(config);
        assertThat(parsed).isInstanceOf(Parsed.Ok.class);
        return ((Parsed.Ok<CompiledRoutes>) parsed).value();
    }

    private RouteConfiguration configuration() {
        Set<String> taken = new HashSet<>();
        List<VirtualHost> hosts = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int h = 0; h < count; h++) {
            List<String> domains = new ArrayList<>();
            for (int d = random.nextInt(3); d >= 0; d--) {
                String domain = random.nextInt(3) == 0 ? "*" : domain();
                if (taken.add(domain.toLowerCase(java.util.Locale.ROOT))) {
                    domains.add(domain);
                }
            }
            List<Route> routes = new ArrayList<>();
            for (int r = random.nextInt(12); r > 0; r--) {
                routes.add(Route.of(match(), RouteAction.Forward.to("c")));
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
            case 8 -> new PathMatch.Regex(pick("/a.*", "/[ab]+", ".*b", "/", "/(a|b)/.+", "/A/.*"));
            default -> random.nextInt(3) == 0 ? new PathMatch.Connect() : new PathMatch.Prefix("/");
        };
        List<HeaderMatcher> headers = new ArrayList<>();
        while (random.nextInt(3) == 0) {
            headers.add(header());
        }
        List<QueryParameterMatcher> parameters = new ArrayList<>();
        while (random.nextInt(6) == 0) {
            parameters.add(new QueryParameterMatcher(pick("q", "r"), random.nextBoolean() ? null : text()));
        }
        return new RouteMatch(path, caseSensitive, headers, parameters, null, false);
    }

    private HeaderMatcher header() {
        HeaderMatcher.Check check = switch (random.nextInt(5)) {
            case 0 -> new HeaderMatcher.Check.Present(random.nextBoolean());
            case 1 -> new HeaderMatcher.Check.Range(random.nextInt(3) - 2, random.nextInt(12));
            default -> new HeaderMatcher.Check.Value(text());
        };
        return new HeaderMatcher(
                pick("x-a", "x-b", ":method", ":path", ":authority"),
                check,
                random.nextInt(3) == 0,
                random.nextInt(3) == 0);
    }

    private StringMatcher text() {
        String value = pick("a", "b", "ab", "GET", "/a", "1", "");
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
        for (int n = random.nextInt(4); n >= 0; n--) {
            path.append('/').append(pick("a", "b", "ab", "x", "A", "", "a;v=1"));
        }
        return path.toString();
    }

    private NaiveRouter.Request request() {
        String target = path();
        if (random.nextInt(3) == 0) {
            target += "?" + pick("q", "r", "q=a", "q=b&q=a", "r=1&q=ab", "", "&&q=", "=a");
        }
        List<Map.Entry<String, String>> fields = new ArrayList<>();
        while (random.nextInt(2) == 0) {
            fields.add(Map.entry(pick("x-a", "X-A", "x-b", "X-b"), pick("a", "b", "ab", "1", "7", "-1", "", "1x")));
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
