package dev.weft.route;

import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.RouteMatch.PathMatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one virtual host, indexed by path so that only those whose path condition holds are looked at: exact paths
 * in a hash table, prefixes in a trie, the rest (regexes, case-insensitive paths, CONNECT) one by one. The three lists of
 * candidates are merged by position, so the first route in configuration order wins, as in Envoy.
 */
final class HostRoutes {
    private final CompiledRoute[] routes;
    private final ByteTable<int[]> exact;
    private final PathTrie prefixes = new PathTrie();
    private final int[] others;

    HostRoutes(List<CompiledRoute> inOrder) {
        routes = inOrder.toArray(new CompiledRoute[0]);
        Map<String, List<Integer>> paths = new HashMap<>();
        List<Integer> rest = new ArrayList<>();
        for (int i = 0; i < routes.length; i++) {
            RouteMatch match = routes[i].route().match();
            if (!match.caseSensitive()) {
                rest.add(i);
                continue;
            }
            if (match.path() instanceof PathMatch.Exact path) {
                add(paths, path.path(), i);
            } else if (match.path() instanceof PathMatch.Prefix prefix) {
                prefixes.add(prefix.prefix(), i);
            } else if (match.path() instanceof PathMatch.PathSeparatedPrefix prefix) {
                // The path itself, or more behind a slash: never both for one request.
                add(paths, prefix.prefix(), i);
                prefixes.add(prefix.prefix() + "/", i);
            } else {
                rest.add(i); // a regex or CONNECT
            }
        }
        Map<String, int[]> frozen = new HashMap<>();
        paths.forEach((path, list) -> frozen.put(path, ints(list)));
        exact = new ByteTable<>(frozen, false);
        prefixes.freeze();
        others = ints(rest);
    }

    private static void add(Map<String, List<Integer>> paths, String path, int route) {
        paths.computeIfAbsent(path, p -> new ArrayList<>()).add(route);
    }

    private static int[] ints(List<Integer> list) {
        int[] ints = new int[list.size()];
        Arrays.setAll(ints, list::get);
        return ints;
    }

    @Nullable
    CompiledRoute match(RequestHead head, int pathEnd, RandomGenerator random) {
        byte[] bytes = head.bytes();
        int[] byPath = exact.find(bytes, head.pathStart(), pathEnd);
        if (byPath == null) {
            byPath = PathTrie.NONE;
        }
        int[] byPrefix = prefixes.find(bytes, head.pathStart(), pathEnd);
        int a = 0;
        int b = 0;
        int c = 0;
        while (true) {
            int nextPath = a < byPath.length ? byPath[a] : Integer.MAX_VALUE;
            int nextPrefix = b < byPrefix.length ? byPrefix[b] : Integer.MAX_VALUE;
            int nextOther = c < others.length ? others[c] : Integer.MAX_VALUE;
            int next = Math.min(nextPath, Math.min(nextPrefix, nextOther));
            if (next == Integer.MAX_VALUE) {
                return null;
            }
            if (routes[next].matches(head, pathEnd, random)) {
                return routes[next];
            }
            if (next == nextPath) {
                a++;
            } else if (next == nextPrefix) {
                b++;
            } else {
                c++;
            }
        }
    }
}
