package dev.weft.sources;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Values as Istio's documents write them: texts to compare with, durations, percentages. */
final class IstioValues {
    private static final Pattern DURATION = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(ms|us|ns|h|m|s)");
    private static final Pattern DURATIONS = Pattern.compile("(" + DURATION.pattern() + ")+");
    private static final Map<String, BigDecimal> NANOS = Map.of(
            "h", BigDecimal.valueOf(3_600_000_000_000L),
            "m", BigDecimal.valueOf(60_000_000_000L),
            "s", BigDecimal.valueOf(1_000_000_000L),
            "ms", BigDecimal.valueOf(1_000_000L),
            "us", BigDecimal.valueOf(1_000L),
            "ns", BigDecimal.ONE);
    private static final String METACHARACTERS = "\\.+*?()|[]{}^$";

    private IstioValues() {}

    /** How a text is compared. */
    enum Type {
        EXACT,
        PREFIX,
        REGEX,
        /** With nothing: it is enough that it is there. */
        PRESENT
    }

    /** Istio's StringMatch. */
    record Text(Type type, String value) {
        /** Whether it becomes an exact match of Gateway API's. */
        boolean isExact() {
            return type == Type.EXACT;
        }

        /** As an expression for the whole text. */
        String regex() {
            return switch (type) {
                case EXACT -> quoted(value);
                case PREFIX -> quoted(value) + ".*";
                case REGEX -> value;
                case PRESENT -> ".*";
            };
        }
    }

    static Text text(FieldReader item) {
        String exact = item.string("exact");
        String prefix = item.string("prefix");
        String regex = item.string("regex");
        if (item.names().size() > 1) {
            item.findings().error("bad-value", item.path(), "has more than one of exact, prefix and regex", "keep one");
        }
        if (exact != null) {
            return new Text(Type.EXACT, exact);
        }
        if (prefix != null) {
            return new Text(Type.PREFIX, prefix);
        }
        // "*" is no expression, and Istio means "any" by it
        return regex == null || regex.equals("*") ? new Text(Type.PRESENT, "") : new Text(Type.REGEX, regex);
    }

    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder();
        for (char c : text.toCharArray()) {
            if (METACHARACTERS.indexOf(c) >= 0) {
                quoted.append('\\');
            }
            quoted.append(c);
        }
        return quoted.toString();
    }

    /** A duration in Gateway API's words, or null. */
    static @Nullable String duration(FieldReader item, String name) {
        Duration duration = span(item, name);
        if (duration == null) {
            return null;
        }
        StringBuilder text = new StringBuilder();
        part(text, duration.toHours(), "h");
        part(text, duration.toMinutesPart(), "m");
        part(text, duration.toSecondsPart(), "s");
        part(text, duration.toMillisPart(), "ms");
        return text.isEmpty() ? "0s" : text.toString();
    }

    private static void part(StringBuilder text, long number, String unit) {
        if (number > 0) {
            text.append(number).append(unit);
        }
    }

    /** A duration, or null. */
    static @Nullable Duration span(FieldReader item, String name) {
        String text = item.string(name);
        if (text == null) {
            return null;
        }
        BigDecimal nanos = BigDecimal.ZERO;
        if (DURATIONS.matcher(text).matches()) {
            Matcher part = DURATION.matcher(text);
            while (part.find()) {
                nanos = nanos.add(new BigDecimal(part.group(1)).multiply(NANOS.get(part.group(2))));
            }
            boolean wholeMillis = nanos.remainder(BigDecimal.valueOf(1_000_000)).signum() == 0;
            if (wholeMillis
                    && nanos.compareTo(
                                    BigDecimal.valueOf(Duration.ofHours(99_999).toNanos()))
                            <= 0) {
                return Duration.ofNanos(nanos.longValueExact());
            }
        }
        item.findings()
                .error(
                        "bad-duration",
                        item.at(name),
                        "is not a duration of whole milliseconds (got '" + text + "')",
                        "e.g. 1.5s");
        return null;
    }

    /** A percentage as written, or null. */
    static @Nullable BigDecimal percent(@Nullable FieldReader item) {
        String text = item == null ? null : item.scalar("value");
        if (item == null || text == null) {
            return item == null ? null : BigDecimal.ZERO; // protobuf's default
        }
        try {
            BigDecimal percent = new BigDecimal(text);
            if (percent.signum() >= 0 && percent.compareTo(BigDecimal.valueOf(100)) <= 0) {
                return percent;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        item.findings().error("out-of-range", item.at("value"), "must be 0 to 100 (got " + text + ")", "");
        return BigDecimal.ZERO;
    }

    /** Refuses what a match of connections says of who asks. */
    static void refuseSources(FieldReader match) {
        match.refused("sourceLabels", "a route of connections is for all callers", "");
        match.refused(
                "sourceNamespace",
                "a route of connections is for all callers",
                "a VirtualService in that namespace with exportTo: [\".\"] is for its callers alone");
        List<String> gateways = match.strings("gateways");
        checkGateways(match, gateways);
    }

    /** There are sidecars and nothing else. */
    static void checkGateways(FieldReader item, List<String> gateways) {
        for (int i = 0; i < gateways.size(); i++) {
            if (!gateways.get(i).equals("mesh")) {
                item.findings()
                        .error(
                                "unsupported-value",
                                item.at("gateways") + "[" + i + "]",
                                "there are no gateways (got '" + gateways.get(i) + "')",
                                "mesh, or no such field");
            }
        }
    }
}
