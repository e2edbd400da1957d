package dev.weft.proxy;

import dev.weft.stats.Counter;
import dev.weft.stats.Gauge;
import dev.weft.stats.Histogram;
import dev.weft.stats.PrometheusText;
import dev.weft.stats.StatsRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The statistics as Envoy's {@code /stats}: one {@code name: value} per line, sorted, under Envoy's dotted names. */
final class StatsText {
    /** Labels whose value is part of a dotted name, and what comes before it. */
    private static final Map<String, String> SCOPES = Map.of(
            "envoy_cluster_name", "cluster.",
            "envoy_http_conn_manager_prefix", "http.",
            "envoy_listener_address", "listener.",
            "envoy_tcp_prefix", "tcp.");

    private StatsText() {}

    /**
     * @param filter only names in which it is found; null = all
     * @param usedOnly leave out what was never counted
     */
    static String text(StatsRegistry stats, @Nullable Pattern filter, boolean usedOnly) {
        StringBuilder out = new StringBuilder();
        values(stats, filter, usedOnly)
                .forEach((name, value) ->
                        out.append(name).append(": ").append(value).append('\n'));
        return out.toString();
    }

    /** As Envoy's {@code ?format=json}. */
    static Map<String, Object> json(StatsRegistry stats, @Nullable Pattern filter, boolean usedOnly) {
        List<Object> list = new ArrayList<>();
        values(stats, filter, usedOnly).forEach((name, value) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", name);
            entry.put("value", value);
            list.add(entry);
        });
        return Map.of("stats", list);
    }

    /** The same in the Prometheus format; the filter looks at the dotted names, as Envoy's. */
    static String prometheus(StatsRegistry stats, @Nullable Pattern filter, boolean usedOnly, boolean fine) {
        return PrometheusText.write(
                stats,
                fine,
                (family, metric) -> (filter == null
                                || filter.matcher(dotted(family.name(), metric.labels()))
                                        .find())
                        && !(usedOnly && value(metric).equals(0L)));
    }

    private static Map<String, Object> values(StatsRegistry stats, @Nullable Pattern filter, boolean usedOnly) {
        Map<String, Object> values = new TreeMap<>();
        for (StatsRegistry.Family family : stats.families()) {
            for (StatsRegistry.Metric metric : family.metrics().values()) {
                String name = dotted(family.name(), metric.labels());
                if (filter != null && !filter.matcher(name).find()) {
                    continue;
                }
                Object value = value(metric);
                if (!usedOnly || !value.equals(0L)) {
                    values.put(name, value);
                }
            }
        }
        return values;
    }

    private static Object value(StatsRegistry.Metric metric) {
        return switch (metric) {
            case Counter counter -> counter.value();
            case Gauge gauge -> gauge.value();
            case Histogram histogram -> {
                long count = 0;
                for (long bucket : histogram.counts()) {
                    count += bucket;
                }
                yield count == 0 ? (Object) 0L : "count=" + count + " sum=" + histogram.sum();
            }
        };
    }

    /** {@code envoy_cluster_upstream_rq_total{envoy_cluster_name="x"}} is {@code cluster.x.upstream_rq_total}. */
    static String dotted(String name, List<String> labels) {
        String scope = "";
        String base = name;
        StringBuilder rest = new StringBuilder();
        for (int i = 0; i + 1 < labels.size(); i += 2) {
            String label = labels.get(i);
            String value = labels.get(i + 1);
            String prefix = SCOPES.get(label);
            if (prefix != null && scope.isEmpty()) {
                scope = prefix + value + ".";
            } else if (label.equals("envoy_response_code_class") && base.endsWith("_xx")) {
                base = base.substring(0, base.length() - 2) + value + "xx";
            } else {
                rest.append('.').append(label).append('.').append(value);
            }
        }
        if (!scope.isEmpty()) {
            String family = "envoy_" + scope.substring(0, scope.indexOf('.')) + "_";
            base = base.startsWith(family) ? base.substring(family.length()) : base;
        } else if (base.startsWith("envoy_server_")) {
            base = "server." + base.substring("envoy_server_".length());
        }
        return scope + base + rest;
    }
}
