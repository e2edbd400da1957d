package dev.weft.route;

import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.RouteMatch.PathMatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Routes by exact path in a hash table and by prefix in a trie, of one sensitivity to case. */
final class PathIndex {
    private final ByteTable<RouteList> exact;
    private final PathTrie prefixes;

    private PathIndex(ByteTable<RouteList> exact, PathTrie prefixes) {
        this.exact = exact;
        this.prefixes = prefixes;
    }

    /** Collects the routes of an index. */
    static final class Builder {
        private final boolean caseSensitive;
        private final Map<String, List<Integer>> paths = new HashMap<>();
        private final Map<String, List<Integer>> prefixes = new HashMap<>();

        Builder(boolean caseSensitive) {
            this.caseSensitive = caseSensitive;
        }

        /** Whether the condition is of a kind that is kept here. */
        boolean add(PathMatch path, int position) {
            if (path instanceof PathMatch.Exact exact) {
                add(paths, exact.path(), position);
            } else if (path instanceof PathMatch.Prefix prefix) {
                add(prefixes, prefix.prefix(), position);
            } else if (path instanceof PathMatch.PathSeparatedPrefix prefix) {
                // The path itself, or more behind a slash: never both for one request.
                add(paths, prefix.prefix(), position);
                add(prefixes, prefix.prefix() + "/", position);
            } else {
                return false;
            }
            return true;
        }

        private void add(Map<String, List<Integer>> to, String text, int position) {
            String key = caseSensitive ? text : text.toLowerCase(Locale.ROOT);
            to.computeIfAbsent(key, p -> new ArrayList<>()).add(position);
        }

        /** Null when nothing was added. */
        @Nullable
        PathIndex build(CompiledRoute[] routes) {
            if (paths.isEmpty() && prefixes.isEmpty()) {
                return null;
            }
            Map<String, RouteList> lists = new HashMap<>();
            paths.forEach((path, positions) -> lists.put(path, RouteList.of(routes, positions)));
            PathTrie trie = new PathTrie(!caseSensitive);
            prefixes.forEach((prefix, positions) -> trie.add(prefix, RouteList.of(routes, positions)));
            return new PathIndex(new ByteTable<>(lists, !caseSensitive), trie.freeze());
        }
    }

    /** As {@link RouteList#first}. */
    int first(RequestHead head, int pathEnd, RandomGenerator random, int best) {
        RouteList byPath = exact.find(head.bytes(), head.pathStart(), pathEnd);
        int first = byPath == null ? best : byPath.first(head, random, best);
        return prefixes.first(head, pathEnd, random, first);
    }
}
