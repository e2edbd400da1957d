package dev.weft.control;

import dev.weft.adminapi.GraphEdge;
import dev.weft.adminapi.GraphNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What edges' counters grew by in a window → the graph. Pure. */
final class GraphBuilder {
    private final double seconds;
    private final Map<String, EdgeCounters[]> edges =
            new TreeMap<>(); // by source, destination, protocol; [source, destination]
    private final Map<String, Edge> keys = new HashMap<>();

    GraphBuilder(double seconds) {
        this.seconds = seconds;
    }

    void add(Edge edge, EdgeCounters grown) {
        String key = edge.source() + " " + edge.destination() + " " + edge.protocol();
        keys.putIfAbsent(key, edge);
        EdgeCounters[] sides =
                edges.computeIfAbsent(key, k -> new EdgeCounters[] {new EdgeCounters(), new EdgeCounters()});
        sides[edge.bySource() ? 0 : 1].add(grown);
    }

    /** Edges with traffic in the window. */
    List<GraphEdge> edges() {
        List<GraphEdge> list = new ArrayList<>();
        edges.forEach((key, sides) -> {
            Edge edge = keys.get(key);
            EdgeCounters said = isQuiet(sides[0]) ? sides[1] : sides[0];
            if (edge == null || isQuiet(said)) {
                return;
            }
            // The callee knows what arrived encrypted and from whom; the caller's word is only second best.
            EdgeCounters security = isQuiet(sides[1]) ? sides[0] : sides[1];
            List<GraphEdge.VersionShare> versions = new ArrayList<>();
            said.versions.forEach(
                    (version, n) -> versions.add(new GraphEdge.VersionShare(version, round(n / seconds))));
            versions.sort(Comparator.comparing(GraphEdge.VersionShare::version));
            list.add(new GraphEdge(
                    edge.source(),
                    edge.destination(),
                    edge.protocol(),
                    round(said.requests / seconds),
                    successRate(said),
                    round(said.percentile(0.5)),
                    round(said.percentile(0.99)),
                    security.mutual > 0 && security.plaintext == 0,
                    round(security.plaintext / seconds),
                    round(said.bytes / seconds),
                    round(said.connections / seconds),
                    versions));
        });
        return list;
    }

    /**
     * Nodes of the edges and of services that have proxies or are known but quiet.
     *
     * @param instances connected proxies by {@code name.namespace}, zero for services without
     * @param homes services that proxies name as their own; a quiet one that is only another name for their instances, as
     *     the parts of a canary are, is no node
     */
    List<GraphNode> nodes(Map<String, Integer> instances, Set<String> homes) {
        Map<String, EdgeCounters> received = new TreeMap<>();
        instances.forEach((id, count) -> {
            if (count == 0 || homes.contains(id)) {
                received.put(id, new EdgeCounters());
            }
        });
        edges.forEach((key, sides) -> {
            Edge edge = keys.get(key);
            if (edge != null && !(isQuiet(sides[0]) && isQuiet(sides[1]))) {
                received.computeIfAbsent(edge.source(), id -> new EdgeCounters());
                received.computeIfAbsent(edge.destination(), id -> new EdgeCounters())
                        .add(isQuiet(sides[1]) ? sides[0] : sides[1]);
            }
        });
        List<GraphNode> nodes = new ArrayList<>();
        received.forEach((id, in) -> {
            int dot = id.lastIndexOf('.');
            boolean service = instances.containsKey(id);
            nodes.add(new GraphNode(
                    id,
                    service && dot > 0 ? id.substring(0, dot) : id,
                    service && dot > 0 ? id.substring(dot + 1) : "",
                    service ? "service" : "external",
                    instances.getOrDefault(id, 0),
                    round(in.requests / seconds),
                    successRate(in),
                    round(in.percentile(0.5)),
                    round(in.percentile(0.99))));
        });
        return nodes;
    }

    private static boolean isQuiet(EdgeCounters c) {
        return c.requests <= 0 && c.connections <= 0 && c.bytes <= 0;
    }

    private static double successRate(EdgeCounters c) {
        return c.requests <= 0 ? 1 : Math.round((1 - c.failures / c.requests) * 1e5) / 1e5;
    }

    private static double round(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
