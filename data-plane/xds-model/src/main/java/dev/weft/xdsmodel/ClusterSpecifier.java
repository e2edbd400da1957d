package dev.weft.xdsmodel;

import java.util.List;
import java.util.Map;

/** Which cluster takes a request or connection. */
public sealed interface ClusterSpecifier {
    /** Names of all clusters it may choose; empty when a header names it. */
    List<String> names();

    /** One cluster. */
    record Single(String cluster) implements ClusterSpecifier {
        @Override
        public List<String> names() {
            return List.of(cluster);
        }
    }

    /** {@code cluster_header}: named by a request header. */
    record FromHeader(String header) implements ClusterSpecifier {
        @Override
        public List<String> names() {
            return List.of();
        }
    }

    /** Chosen at random by weight. The sum of weights is positive. */
    record Weighted(List<ClusterWeight> clusters) implements ClusterSpecifier {
        public Weighted {
            clusters = List.copyOf(clusters);
        }

        @Override
        public List<String> names() {
            return clusters.stream().map(ClusterWeight::name).toList();
        }

        public long totalWeight() {
            long total = 0;
            for (ClusterWeight cluster : clusters) {
                total += cluster.weight();
            }
            return total;
        }
    }

    /**
     * One share of a weighted split.
     *
     * @param hostRewriteLiteral empty = not rewritten
     * @param metadataMatch subset keys under {@code envoy.lb}, above the route's
     * @param filters {@code typed_per_filter_config}: by the name of the filter
     */
    record ClusterWeight(
            String name,
            long weight,
            HeaderMutations headers,
            String hostRewriteLiteral,
            Metadata metadataMatch,
            Map<String, HttpFilterOverride> filters) {
        public ClusterWeight {
            filters = Map.copyOf(filters);
        }

        public static ClusterWeight of(String name, long weight) {
            return new ClusterWeight(name, weight, HeaderMutations.NONE, "", Metadata.NONE, Map.of());
        }
    }
}
