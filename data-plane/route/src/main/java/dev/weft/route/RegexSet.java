package dev.weft.route;

import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.RouteMatch.PathMatch;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Routes whose path is a regular expression, all matched by one walk along the path. */
final class RegexSet {
    private static final int LARGEST = 2048; // expressions of one automaton

    private final Dfa dfa;
    private final @Nullable RouteList[] byState;
    private final CompiledRoute[] routes;
    private final int[] positions; // ascending

    private RegexSet(Dfa dfa, CompiledRoute[] routes, int[] positions) {
        this.dfa = dfa;
        this.routes = routes;
        this.positions = positions;
        Map<IntBuffer, RouteList> lists = new HashMap<>();
        byState = new RouteList[dfa.states()];
        for (int state = 0; state < byState.length; state++) {
            int[] accepted = dfa.accepted(state);
            if (accepted.length > 0) {
                byState[state] = lists.computeIfAbsent(
                        IntBuffer.wrap(accepted),
                        a -> RouteList.of(
                                routes,
                                Arrays.stream(accepted)
                                        .map(i -> positions[i])
                                        .boxed()
                                        .toList()));
            }
        }
    }

    /**
     * The sets of as many of these routes as can be.
     *
     * @param rest takes the others
     */
    static RegexSet[] of(CompiledRoute[] routes, List<Integer> expressions, List<Integer> rest) {
        List<Integer> parsed = new ArrayList<>();
        List<RegexTree> trees = new ArrayList<>();
        for (int position : expressions) {
            String regex = ((PathMatch.Regex) routes[position].route().match().path()).regex();
            RegexTree tree = RegexParser.parse(regex);
            if (tree == null) {
                rest.add(position);
            } else {
                parsed.add(position);
                trees.add(tree);
            }
        }
        List<RegexSet> sets = new ArrayList<>();
        for (int from = 0; from < parsed.size(); from += LARGEST) {
            int to = Math.min(from + LARGEST, parsed.size());
            build(routes, parsed.subList(from, to), trees.subList(from, to), sets, rest);
        }
        return sets.toArray(RegexSet[]::new);
    }

    /** Halves what becomes too large, as sets of expressions with a star in front do. */
    private static void build(
            CompiledRoute[] routes,
            List<Integer> positions,
            List<RegexTree> trees,
            List<RegexSet> sets,
            List<Integer> rest) {
        Dfa dfa = Dfa.of(trees);
        if (dfa != null) {
            sets.add(new RegexSet(
                    dfa, routes, positions.stream().mapToInt(i -> i).toArray()));
        } else if (positions.size() == 1) {
            rest.add(positions.getFirst());
        } else {
            int half = positions.size() / 2;
            build(routes, positions.subList(0, half), trees.subList(0, half), sets, rest);
            build(routes, positions.subList(half, positions.size()), trees.subList(half, positions.size()), sets, rest);
        }
    }

    /** As {@link RouteList#first}. */
    int first(RequestHead head, int pathEnd, RandomGenerator random, int best) {
        if (positions[0] > best) {
            return best;
        }
        int state = dfa.run(head.bytes(), head.pathStart(), pathEnd);
        if (state == Dfa.NOT_ASCII) {
            return oneByOne(head, pathEnd, random, best);
        }
        RouteList list = byState[state];
        return list == null ? best : list.first(head, random, best);
    }

    private int oneByOne(RequestHead head, int pathEnd, RandomGenerator random, int best) {
        for (int position : positions) {
            if (position >= best) {
                break;
            }
            if (routes[position].matchesPath(head, pathEnd) && routes[position].matches(head, random)) {
                return position;
            }
        }
        return best;
    }
}
