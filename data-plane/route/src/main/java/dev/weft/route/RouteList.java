package dev.weft.route;

import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.RouteMatch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Routes that one path leads to, in configuration order. Where many ask for a value of one header or query parameter they
 * are found by that value, the others are tried one by one.
 */
final class RouteList {
    /** No route: greater than any position. */
    static final int NONE = Integer.MAX_VALUE;

    private static final RouteList EMPTY = new RouteList(new CompiledRoute[0], new int[0], new ValueTable[0]);
    private static final int WORTH_A_TABLE = 8; // as many checks cost as much as a look-up

    private final CompiledRoute[] routes; // that no table has
    private final int[] positions; // theirs in the virtual host, ascending
    private final ValueTable[] tables;

    private RouteList(CompiledRoute[] routes, int[] positions, ValueTable[] tables) {
        this.routes = routes;
        this.positions = positions;
        this.tables = tables;
    }

    /** @param positions of the routes, in any order, each at most once */
    static RouteList of(CompiledRoute[] all, Collection<Integer> positions) {
        return positions.isEmpty() ? EMPTY : of(all, new TreeSet<>(positions), List.of());
    }

    /** @param found values that the way to this list has looked up */
    private static RouteList of(CompiledRoute[] all, TreeSet<Integer> left, List<ValueKey> found) {
        List<ValueTable> tables = new ArrayList<>();
        while (left.size() >= WORTH_A_TABLE) {
            ValueKey key = mostAsked(all, left, found);
            if (key == null) {
                break;
            }
            List<ValueKey> deeper = new ArrayList<>(found);
            deeper.add(key);
            SequencedMap<String, TreeSet<Integer>> byValue = key.takeFrom(all, left);
            SequencedMap<String, RouteList> lists = new LinkedHashMap<>();
            byValue.forEach((value, list) -> lists.put(value, of(all, list, deeper)));
            tables.add(new ValueTable(key, lists));
        }
        return new RouteList(
                left.stream().map(i -> all[i]).toArray(CompiledRoute[]::new),
                left.stream().mapToInt(i -> i).toArray(),
                tables.toArray(ValueTable[]::new));
    }

    private static @Nullable ValueKey mostAsked(CompiledRoute[] all, TreeSet<Integer> left, List<ValueKey> found) {
        Map<ValueKey, Integer> counts = new LinkedHashMap<>();
        for (int position : left) {
            RouteMatch match = all[position].route().match();
            ValueKey.of(match).forEach(key -> counts.merge(key, 1, Integer::sum));
        }
        counts.keySet().removeAll(found);
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() >= WORTH_A_TABLE)
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    /** Position of the first route before {@code best} whose conditions hold (beside its path's), else {@code best}. */
    int first(RequestHead head, RandomGenerator random, int best) {
        int first = best;
        for (int i = 0; i < positions.length && positions[i] < first; i++) {
            if (routes[i].matches(head, random)) {
                first = positions[i];
            }
        }
        for (ValueTable table : tables) {
            first = table.first(head, random, first);
        }
        return first;
    }
}
