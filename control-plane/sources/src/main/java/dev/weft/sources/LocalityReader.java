package dev.weft.sources;

import dev.weft.meshmodel.LocalityPreference;
import dev.weft.meshmodel.LocalityPreference.Distribution;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code localityLbSetting}, as Istio's DestinationRule has it. */
final class LocalityReader {
    private static final Pattern PATTERN = Pattern.compile("\\*|[^/*]+(/[^/*]+){0,2}|[^/*]+(/[^/*]+)?/\\*");
    private static final int ALL = 100;

    private LocalityReader() {}

    /** Null where there is none, or it is not enabled. */
    static @Nullable LocalityPreference read(@Nullable FieldReader item) {
        if (item == null) {
            return null;
        }
        Boolean enabled = item.bool("enabled");
        List<Distribution> distribute = new ArrayList<>();
        for (FieldReader one : item.objects("distribute")) {
            distribute.add(distribution(one));
        }
        Map<String, String> failover = new LinkedHashMap<>();
        for (FieldReader one : item.objects("failover")) {
            String from = one.requiredString("from");
            String to = one.requiredString("to");
            boolean region = !from.contains("/") && !to.contains("/");
            if (!region || from.equals(to)) {
                one.findings().error("bad-value", one.path(), "must name two different regions", "from: eu, to: us");
            }
            if (failover.putIfAbsent(from, to) != null) {
                one.findings().error("bad-value", one.at("from"), "is there twice: '" + from + "'", "keep one");
            }
        }
        List<String> priority = item.strings("failoverPriority");
        int said = (distribute.isEmpty() ? 0 : 1) + (failover.isEmpty() ? 0 : 1) + (priority.isEmpty() ? 0 : 1);
        if (said > 1) {
            item.findings()
                    .error(
                            "bad-value",
                            item.path(),
                            "has more than one of 'distribute', 'failover' and 'failoverPriority'",
                            "keep one");
        }
        return Boolean.FALSE.equals(enabled) ? null : new LocalityPreference(distribute, failover, priority);
    }

    private static Distribution distribution(FieldReader item) {
        String from = item.requiredString("from");
        check(item, item.at("from"), from);
        Map<String, Integer> to = new LinkedHashMap<>();
        int sum = 0;
        FieldReader shares = item.requiredObject("to");
        if (shares != null) {
            for (String pattern : shares.names()) {
                check(shares, shares.at(pattern), pattern);
                int percent = shares.requiredInteger(pattern, 1, ALL);
                to.put(pattern, percent);
                sum += percent;
            }
            if (sum != ALL) {
                shares.findings()
                        .error("bad-value", shares.path(), "must be 100 percent together (got " + sum + ")", "");
            }
        }
        return new Distribution(from, to);
    }

    private static void check(FieldReader item, String at, String pattern) {
        if (!pattern.isEmpty() && !PATTERN.matcher(pattern).matches()) {
            item.findings()
                    .error("bad-value", at, "is not a locality: '" + pattern + "'", "region/zone/subzone, or region/*");
        }
    }
}
