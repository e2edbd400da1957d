package dev.weft.sources;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import dev.weft.meshmodel.HttpRoute;
import dev.weft.meshmodel.HttpRoute.Match;
import dev.weft.meshmodel.HttpRoute.PathMatch;
import dev.weft.meshmodel.ValueMatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Of a VirtualService that is accepted the same rule takes each request as in Istio, which tries them one by one. */
class RuleOrderPropertyTest {
    private static final List<String> PATHS = List.of("/", "/a", "/a/", "/ab", "/a/b", "/b", "/b.c", "/bxc", "/A");
    private static final List<String> VALUES = List.of("", "x", "xy", "y");
    private static final List<String> METHODS = List.of("GET", "POST");

    /** A text to compare with: {@code how} is exact, prefix, regex or empty for presence. */
    private record Text(String how, String value) {
        boolean matches(@Nullable String text) {
            return text != null
                    && switch (how) {
                        case "exact" -> text.equals(value);
                        case "prefix" -> text.startsWith(value);
                        case "regex" -> Pattern.matches(value, text);
                        default -> true;
                    };
        }

        String yaml() {
            return how.isEmpty() ? "{}" : "{" + how + ": '" + value + "'}";
        }
    }

    private record Asked(
            String path, String method, @Nullable String header) {}

    private record Rule(
            @Nullable Text uri,
            @Nullable String method,
            @Nullable Text header) {
        boolean matches(Asked asked) {
            return (uri == null || uri.matches(asked.path))
                    && (method == null || method.equals(asked.method))
                    && (header == null || header.matches(asked.header));
        }

        String yaml() {
            List<String> parts = new ArrayList<>();
            if (uri != null) {
                parts.add("uri: " + uri.yaml());
            }
            if (method != null) {
                parts.add("method: {exact: " + method + "}");
            }
            if (header != null) {
                parts.add("headers: {x-h: " + header.yaml() + "}");
            }
            String match = parts.isEmpty() ? "" : "match: [{" + String.join(", ", parts) + "}], ";
            return "  - {" + match + "route: [{destination: {host: a}}]}\n";
        }
    }

    @Test
    void theSameRuleTakesARequestAsInIstio() {
        Random random = new Random(7);
        int accepted = 0;
        for (int i = 0; i < 4_000; i++) {
            List<Rule> rules = new ArrayList<>();
            for (int j = random.nextInt(1, 5); j > 0; j--) {
                rules.add(rule(random));
            }
            StringBuilder text = new StringBuilder("""
                    apiVersion: networking.istio.io/v1
                    kind: VirtualService
                    metadata: {name: a}
                    spec:
                      hosts: [a]
                      http:
                    """);
            rules.forEach(rule -> text.append(rule.yaml()));
            ParsedDocument read = DocumentReader.read(text.toString());
            if (!(read.resource() instanceof HttpRoute route)) {
                assertThat(read.diagnostics()).allMatch(found -> found.code().equals("rule-order"));
                continue;
            }
            accepted++;
            for (String path : PATHS) {
                for (String method : METHODS) {
                    for (String header : Arrays.asList("", "x", "xy", "y", null)) {
                        Asked asked = new Asked(path, method, header);
                        assertThat(ours(route, asked)).as("%s%n%s", asked, text).isEqualTo(istios(rules, asked));
                    }
                }
            }
        }
        assertThat(accepted).as("accepted").isBetween(1_000, 3_900);
    }

    private static Rule rule(Random random) {
        Text uri = switch (random.nextInt(5)) {
            case 0 -> null;
            case 1, 2 -> new Text("exact", any(random, PATHS));
            case 3 -> new Text("prefix", any(random, PATHS));
            default -> new Text("regex", any(random, List.of("/a.*", "/a|/b.*", "/b.c", "/a/?", "/(a|b)")));
        };
        Text header = switch (random.nextInt(6)) {
            case 0 -> new Text("exact", any(random, VALUES));
            case 1 -> new Text("prefix", "x");
            case 2 -> new Text("", "");
            default -> null;
        };
        return new Rule(uri, random.nextInt(3) == 0 ? any(random, METHODS) : null, header);
    }

    private static String any(Random random, List<String> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static int istios(List<Rule> rules, Asked asked) {
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).matches(asked)) {
                return i;
            }
        }
        return -1;
    }

    private record Candidate(int rule, Match match) {}

    private static int ours(HttpRoute route, Asked asked) {
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < route.rules().size(); i++) {
            List<Match> matches = route.rules().get(i).matches();
            for (Match match : matches.isEmpty() ? List.of(Match.EVERYTHING) : matches) {
                candidates.add(new Candidate(i, match));
            }
        }
        candidates.sort(
                Comparator.comparing(candidate -> candidate.match.rank().toArray(Integer[]::new), Arrays::compare));
        for (Candidate candidate : candidates) {
            if (matches(candidate.match, asked)) {
                return candidate.rule;
            }
        }
        return -1;
    }

    private static boolean matches(Match match, Asked asked) {
        PathMatch path = match.path();
        boolean path1 = switch (path.type()) {
            case EXACT -> asked.path.equals(path.value());
            case PREFIX -> path.value().equals("/");
            case REGEX -> Pattern.matches(path.value(), asked.path);
        };
        return path1
                && (match.method() == null || match.method().equals(asked.method))
                && match.headers().stream()
                        .allMatch(header -> asked.header != null
                                && (header.type() == ValueMatch.Type.EXACT
                                        ? header.value().equals(asked.header)
                                        : Pattern.matches(header.value(), asked.header)));
    }
}
