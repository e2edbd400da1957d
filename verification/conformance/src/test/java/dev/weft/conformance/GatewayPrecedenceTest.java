package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.http.Ascii;
import dev.weft.http.RequestHead;
import dev.weft.meshmodel.BackendRef;
import dev.weft.meshmodel.HttpRoute;
import dev.weft.meshmodel.HttpRoute.PathMatch;
import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.ParentRef;
import dev.weft.meshmodel.Provenance;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.RouteRule;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.SourceUpdate;
import dev.weft.meshmodel.ValueMatch;
import dev.weft.meshmodel.Whereabouts;
import dev.weft.route.CompiledRoute;
import dev.weft.route.CompiledRoutes;
import dev.weft.translate.Callers;
import dev.weft.translate.ProxyClass;
import dev.weft.translate.ProxyNode;
import dev.weft.translate.Translator;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.XdsReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * HTTPRoutes as the control plane translates them and the proxy matches them, against what Gateway API says of precedence
 * (HTTPRouteRule.matches), evaluated sentence by sentence.
 */
class GatewayPrecedenceTest {
    private static final int MESHES = 1_000;
    private static final int REQUESTS = 200;
    private static final int PAIRS = MESHES * REQUESTS;
    private static final ResourceKey SERVICE = ResourceKey.service("shop", "a");

    private static final Map<String, Pattern> PATTERNS = new ConcurrentHashMap<>();

    private final Random random = new Random(20260);

    /** A match with where it stands. */
    private record Candidate(HttpRoute route, int rule, HttpRoute.Match match) {
        String name() {
            return route.key().namespace() + "/" + route.key().name() + "/" + rule;
        }
    }

    private record Request(String method, String path, Map<String, String> query, Map<String, String> headers) {}

    // "Precedence must be given to the match having: …" Ties: the oldest route (documents have no age), then the
    // alphabetically first by namespace/name, then the first rule. A regular expression's place is ours to choose.
    private static final Comparator<Candidate> PRECEDENCE = Comparator.comparing(
                    (Candidate c) -> c.match().path().type() != PathMatch.Type.EXACT)
            .thenComparing(c -> c.match().path().type() != PathMatch.Type.REGEX)
            .thenComparing(c -> c.match().path().type() == PathMatch.Type.PREFIX
                    ? -c.match().path().value().length()
                    : 0)
            .thenComparing(c -> c.match().method() == null)
            .thenComparing(c -> -c.match().headers().size())
            .thenComparing(c -> -c.match().queryParams().size())
            .thenComparing(
                    c -> c.route().key().namespace() + "/" + c.route().key().name())
            .thenComparing(Candidate::rule);

    @Test
    void theFirstByPrecedenceTakesTheRequest() throws InvalidProtocolBufferException {
        int matched = 0;
        int disputed = 0;
        for (int mesh = 0; mesh < MESHES; mesh++) {
            List<HttpRoute> routes = routes();
            List<Candidate> candidates = candidates(routes);
            CompiledRoutes compiled = compile(routes);
            for (int i = 0; i < REQUESTS; i++) {
                Request request = request();
                List<Candidate> holding = candidates.stream()
                        .filter(c -> holds(c.match(), request))
                        .toList();
                String expected =
                        holding.stream().min(PRECEDENCE).map(Candidate::name).orElse(null);
                CompiledRoute found = compiled.match(head(request), random);
                String actual = found == null ? null : found.route().name();
                if (!Objects.equals(actual, expected)) {
                    throw new AssertionError(request + "\nwants " + expected + "\ngot " + actual + "\nof " + routes);
                }
                matched += holding.isEmpty() ? 0 : 1;
                disputed += holding.stream().map(Candidate::name).distinct().count() > 1 ? 1 : 0;
            }
        }
        assertThat(matched).isBetween(PAIRS / 4, PAIRS * 9 / 10);
        assertThat(disputed).isGreaterThan(PAIRS / 10);
    }

    private static List<Candidate> candidates(List<HttpRoute> routes) {
        List<Candidate> candidates = new ArrayList<>();
        for (HttpRoute route : routes) {
            for (int rule = 0; rule < route.rules().size(); rule++) {
                List<HttpRoute.Match> matches = route.rules().get(rule).matches();
                for (HttpRoute.Match match : matches.isEmpty() ? List.of(HttpRoute.Match.EVERYTHING) : matches) {
                    candidates.add(new Candidate(route, rule, match));
                }
            }
        }
        return candidates;
    }

    private static boolean holds(HttpRoute.Match match, Request request) {
        return path(match.path(), request.path())
                && (match.method() == null || match.method().equals(request.method()))
                && match.headers().stream()
                        .allMatch(m -> value(m, request.headers().get(m.name())))
                && match.queryParams().stream()
                        .allMatch(m -> value(m, request.query().get(m.name())));
    }

    private static boolean path(PathMatch match, String path) {
        return switch (match.type()) {
            case EXACT -> path.equals(match.value());
            case REGEX -> regex(match.value(), path);
            case PREFIX -> elements(path).startsWith(elements(match.value()));
        };
    }

    /** Both with one slash at the end, so that only whole elements compare. */
    private static String elements(String path) {
        return path.endsWith("/") ? path : path + "/"; // no path here ends in two
    }

    private static boolean regex(String regex, String text) {
        return PATTERNS.computeIfAbsent(regex, Pattern::compile).matcher(text).matches();
    }

    private static boolean value(ValueMatch match, @Nullable String value) {
        return value != null
                && (match.type() == ValueMatch.Type.EXACT ? value.equals(match.value()) : regex(match.value(), value));
    }

    private static CompiledRoutes compile(List<HttpRoute> routes) throws InvalidProtocolBufferException {
        Service service = new Service(
                SERVICE,
                List.of(new Service.Port("http", 80, new Service.TargetPort.Number(80), Service.Protocol.HTTP, false)),
                Map.of("app", "a"),
                Map.of());
        List<SourceUpdate> batch = new ArrayList<>();
        batch.add(new SourceUpdate.Upsert(service, Provenance.of("test")));
        routes.forEach(route -> batch.add(new SourceUpdate.Upsert(route, Provenance.of("test"))));
        MeshImage image = MeshImage.empty().apply(batch).after();
        ProxyClass proxy = new ProxyClass(
                new Callers("shop", List.of()), ProxyNode.Mode.REDIRECT, "", List.of(), Whereabouts.UNKNOWN);
        byte[] any = new Translator().translate(image, proxy).routes().get("80").any();
        Parsed<RouteConfiguration> read =
                XdsReader.routeConfiguration(Any.parseFrom(any).getValue().toByteArray());
        return ((Parsed.Ok<CompiledRoutes>) CompiledRoutes.compile(((Parsed.Ok<RouteConfiguration>) read).value()))
                .value();
    }

    private List<HttpRoute> routes() {
        List<HttpRoute> routes = new ArrayList<>();
        for (String name : List.of("a", "b", "c").subList(0, 1 + random.nextInt(3))) {
            List<RouteRule<HttpRoute.Match>> rules = new ArrayList<>();
            for (int rule = 1 + random.nextInt(3); rule > 0; rule--) {
                Set<HttpRoute.Match> matches = new HashSet<>();
                for (int match = random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(3); match > 0; match--) {
                    matches.add(match());
                }
                BackendRef backend = new BackendRef(BackendRef.SERVICE, SERVICE, 80, 1, List.of());
                rules.add(new RouteRule<>("", List.copyOf(matches), List.of(), List.of(backend), null, null, null));
            }
            ResourceKey key = new ResourceKey(Kind.HTTP_ROUTE, "shop", name);
            routes.add(new HttpRoute(key, List.of(new ParentRef(SERVICE, null)), List.of(), rules));
        }
        return routes;
    }

    private HttpRoute.Match match() {
        PathMatch path = switch (random.nextInt(6)) {
            case 0, 1 -> new PathMatch(PathMatch.Type.EXACT, path());
            case 2 -> new PathMatch(PathMatch.Type.REGEX, pick("/[ab]+", "/a(/.*)?", "/.", ".*b"));
            case 3 -> PathMatch.ALL;
            default -> new PathMatch(PathMatch.Type.PREFIX, path());
        };
        String method = random.nextInt(3) == 0 ? pick("GET", "POST") : null;
        return new HttpRoute.Match(path, values("x", "y"), values("p", "q"), method);
    }

    private List<ValueMatch> values(String... names) {
        List<ValueMatch> values = new ArrayList<>();
        for (String name : names) {
            if (random.nextInt(4) == 0) {
                values.add(
                        random.nextInt(3) == 0
                                ? new ValueMatch(ValueMatch.Type.REGEX, name, pick("a|b", "a.*"))
                                : new ValueMatch(ValueMatch.Type.EXACT, name, pick("a", "b")));
            }
        }
        return values;
    }

    private Request request() {
        Map<String, String> query = new LinkedHashMap<>();
        Map<String, String> headers = new LinkedHashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            query.put(pick("p", "q"), pick("a", "b", "ab"));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            headers.put(pick("x", "y"), pick("a", "b", "ab"));
        }
        return new Request(pick("GET", "GET", "POST", "PUT"), path(), query, headers);
    }

    private String path() {
        StringBuilder path = new StringBuilder();
        for (int i = random.nextInt(3); i >= 0; i--) {
            path.append('/').append(pick("a", "b", "ab"));
        }
        return random.nextInt(8) == 0 ? "/" : path + pick("", "", "", "/");
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static RequestHead head(Request request) {
        List<String> parameters = request.query().entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList();
        String target = request.path() + (parameters.isEmpty() ? "" : "?" + String.join("&", parameters));
        RequestHead head = new RequestHead(256);
        int start = append(head, request.method());
        head.method(start, head.headers().length());
        start = append(head, target);
        head.target(start, head.headers().length());
        start = append(head, "a.shop");
        head.authority(start, head.headers().length());
        request.headers().forEach((name, value) -> head.headers().add(Ascii.bytes(name), Ascii.bytes(value)));
        return head;
    }

    private static int append(RequestHead head, String text) {
        byte[] bytes = Ascii.bytes(text);
        int at = head.headers().reserve(bytes.length);
        System.arraycopy(bytes, 0, head.bytes(), at, bytes.length);
        head.headers().advance(bytes.length);
        return at;
    }
}
