package dev.weft.stats;

import java.util.List;
import java.util.Locale;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Writes a registry in the Prometheus text format, version 0.0.4. */
public final class PrometheusText {
    /** Content type of the format. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private PrometheusText() {}

    /** Histograms with Envoy's bounds. */
    public static String write(StatsRegistry registry) {
        return write(registry, false);
    }

    /** @param fine histograms with all bounds they count in: for whoever takes quantiles from them */
    public static String write(StatsRegistry registry, boolean fine) {
        return write(registry, fine, (family, metric) -> true);
    }

    /** @param wanted what is written; a family of which nothing is wanted is left out */
    public static String write(
            StatsRegistry registry, boolean fine, BiPredicate<StatsRegistry.Family, StatsRegistry.Metric> wanted) {
        StringBuilder out = new StringBuilder(8192);
        for (StatsRegistry.Family family : registry.families()) {
            List<StatsRegistry.Metric> metrics = family.metrics().values().stream()
                    .filter(metric -> wanted.test(family, metric))
                    .toList();
            if (metrics.isEmpty()) {
                continue;
            }
            String name = family.name();
            out.append("# HELP ").append(name).append(' ').append(family.help()).append('\n');
            out.append("# TYPE ")
                    .append(name)
                    .append(' ')
                    .append(family.type().name().toLowerCase(Locale.ROOT))
                    .append('\n');
            for (StatsRegistry.Metric metric : metrics) {
                switch (metric) {
                    case Counter counter -> line(out, name, "", metric.labels(), null, counter.value());
                    case Gauge gauge -> line(out, name, "", metric.labels(), null, gauge.value());
                    case Histogram histogram -> histogram(out, name, histogram, fine);
                }
            }
        }
        return out.toString();
    }

    private static void histogram(StringBuilder out, String name, Histogram histogram, boolean fine) {
        double[] bounds = fine ? Histogram.FINE_BOUNDS : Histogram.BOUNDS;
        long[] counts = fine ? histogram.fineCounts() : histogram.counts();
        long cumulative = 0;
        for (int i = 0; i < counts.length; i++) {
            cumulative += counts[i];
            String bound = i < bounds.length ? number(bounds[i]) : "+Inf";
            line(out, name, "_bucket", histogram.labels(), bound, cumulative);
        }
        out.append(name).append("_sum");
        labels(out, histogram.labels(), null);
        out.append(' ').append(number(histogram.sum())).append('\n');
        line(out, name, "_count", histogram.labels(), null, cumulative);
    }

    private static void line(
            StringBuilder out, String name, String suffix, List<String> labels, @Nullable String bound, long value) {
        out.append(name).append(suffix);
        labels(out, labels, bound);
        out.append(' ').append(value).append('\n');
    }

    private static void labels(StringBuilder out, List<String> labels, @Nullable String bound) {
        if (labels.isEmpty() && bound == null) {
            return;
        }
        out.append('{');
        for (int i = 0; i + 1 < labels.size(); i += 2) {
            out.append(i == 0 ? "" : ",").append(labels.get(i)).append("=\"");
            escape(out, labels.get(i + 1));
            out.append('"');
        }
        if (bound != null) {
            out.append(labels.isEmpty() ? "" : ",")
                    .append("le=\"")
                    .append(bound)
                    .append('"');
        }
        out.append('}');
    }

    private static void escape(StringBuilder out, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '"' -> out.append("\\\"");
                case '\n' -> out.append("\\n");
                default -> out.append(c);
            }
        }
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
