package dev.weft.route;

import dev.weft.http.Ascii;
import dev.weft.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Prefixes with their routes. A walk along a path ends at the longest prefix it has; its routes and those of the shorter
 * prefixes above it are all there are.
 */
final class PathTrie {
    private static final class Node {
        byte[] edge; // bytes from the parent to here
        List<Node> building = new ArrayList<>();
        byte[] firsts = {}; // after freeze: the children's first bytes, which all differ
        Node[] children = {};

        @Nullable
        RouteList own;

        @Nullable
        Node above; // after freeze: the nearest node above that has routes

        Node(byte[] edge) {
            this.edge = edge;
        }

        @Nullable
        Node child(byte first) {
            for (int i = 0; i < firsts.length; i++) {
                if (firsts[i] == first) {
                    return children[i];
                }
            }
            return null;
        }
    }

    private final Node root = new Node(new byte[0]);
    private final boolean fold;

    /** @param fold whether ASCII case is ignored; the prefixes are then in lower case */
    PathTrie(boolean fold) {
        this.fold = fold;
    }

    /** Adds the routes of a prefix that is not there yet; before {@link #freeze}. */
    void add(String prefix, RouteList routes) {
        byte[] rest = prefix.getBytes(StandardCharsets.UTF_8);
        Node node = root;
        while (rest.length > 0) {
            Node child = building(node, rest[0]);
            if (child == null) {
                child = new Node(rest);
                node.building.add(child);
                node = child;
                break;
            }
            int common = Arrays.mismatch(child.edge, rest);
            common = common < 0 ? rest.length : common;
            if (common < child.edge.length) {
                split(child, common);
            }
            rest = Arrays.copyOfRange(rest, common, rest.length);
            node = child;
        }
        node.own = routes;
    }

    private static @Nullable Node building(Node node, byte first) {
        for (Node child : node.building) {
            if (child.edge[0] == first) {
                return child;
            }
        }
        return null;
    }

    private static void split(Node node, int at) {
        Node lower = new Node(Arrays.copyOfRange(node.edge, at, node.edge.length));
        lower.building = node.building;
        lower.own = node.own;
        node.edge = Arrays.copyOf(node.edge, at);
        node.building = new ArrayList<>(List.of(lower));
        node.own = null;
    }

    PathTrie freeze() {
        freeze(root, null);
        return this;
    }

    private static void freeze(Node node, @Nullable Node above) {
        node.above = above;
        node.children = node.building.toArray(Node[]::new);
        node.building = List.of();
        node.firsts = new byte[node.children.length];
        for (int i = 0; i < node.children.length; i++) {
            node.firsts[i] = node.children[i].edge[0];
            freeze(node.children[i], node.own == null ? above : node);
        }
    }

    /** As {@link RouteList#first}, of the routes whose prefix the path has. */
    int first(RequestHead head, int pathEnd, RandomGenerator random, int best) {
        int first = best;
        for (Node node = longest(head.bytes(), head.pathStart(), pathEnd); node != null; node = node.above) {
            if (node.own != null) {
                first = node.own.first(head, random, first);
            }
        }
        return first;
    }

    private Node longest(byte[] bytes, int start, int end) {
        Node node = root;
        int at = start;
        while (at < end) {
            Node child = node.child(fold ? Ascii.lower(bytes[at]) : bytes[at]);
            if (child == null
                    || end - at < child.edge.length
                    || !TextMatcher.regionMatches(child.edge, fold, bytes, at)) {
                break;
            }
            at += child.edge.length;
            node = child;
        }
        return node;
    }
}
