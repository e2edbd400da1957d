package dev.weft.route;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Prefixes with the numbers of the routes that have them. A walk along a path ends at the longest prefix it has, whose
 * node lists the routes of that prefix <em>and of all shorter ones</em> in ascending order: every candidate at once.
 */
final class PathTrie {
    static final int[] NONE = {};

    private static final class Node {
        byte[] edge; // bytes from the parent to here
        List<Node> children = new ArrayList<>(); // differ in their first byte
        int[] own = NONE;
        int[] all = NONE; // after freeze: own and those of the nodes above

        Node(byte[] edge) {
            this.edge = edge;
        }

        @Nullable
        Node child(byte first) {
            for (int i = 0; i < children.size(); i++) {
                if (children.get(i).edge[0] == first) {
                    return children.get(i);
                }
            }
            return null;
        }
    }

    private final Node root = new Node(new byte[0]);

    /** Adds a route's prefix; before {@link #freeze}. */
    void add(String prefix, int route) {
        byte[] rest = prefix.getBytes(StandardCharsets.UTF_8);
        Node node = root;
        while (rest.length > 0) {
            Node child = node.child(rest[0]);
            if (child == null) {
                child = new Node(rest);
                node.children.add(child);
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
        node.own =
                IntStream.concat(Arrays.stream(node.own), IntStream.of(route)).toArray();
    }

    private static void split(Node node, int at) {
        Node lower = new Node(Arrays.copyOfRange(node.edge, at, node.edge.length));
        lower.children = node.children;
        lower.own = node.own;
        node.edge = Arrays.copyOf(node.edge, at);
        node.children = new ArrayList<>(List.of(lower));
        node.own = NONE;
    }

    PathTrie freeze() {
        freeze(root, NONE);
        return this;
    }

    private static void freeze(Node node, int[] above) {
        node.all = node.own.length == 0
                ? above
                : IntStream.concat(Arrays.stream(above), Arrays.stream(node.own))
                        .sorted()
                        .toArray();
        for (Node child : node.children) {
            freeze(child, node.all);
        }
    }

    /** The routes whose prefix the path has, ascending. Callers must not change it. */
    int[] find(byte[] bytes, int start, int end) {
        Node node = root;
        int at = start;
        while (at < end) {
            Node child = node.child(bytes[at]);
            if (child == null
                    || end - at < child.edge.length
                    || !Arrays.equals(child.edge, 0, child.edge.length, bytes, at, at + child.edge.length)) {
                break;
            }
            at += child.edge.length;
            node = child;
        }
        return node.all;
    }
}
