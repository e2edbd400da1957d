package dev.weft.sources;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code localityLbSetting} of a DestinationRule → a TrafficPolicy's, which has its shape. What orders endpoints Istio does
 * only together with {@code outlierDetection}; shares it always does.
 */
final class IstioLocalities {
    private IstioLocalities() {}

    /** Null if nothing can be said. */
    static @Nullable Map<String, Object> read(IstioSketch sketch, FieldReader item) {
        Boolean enabled = item.bool("enabled");
        String problem = "Istio orders endpoints by locality only with outlierDetection, which there is not yet";
        item.refused("failover", problem, "a TrafficPolicy's localityLbSetting does so by itself");
        item.refused("failoverPriority", problem, "a TrafficPolicy's localityLbSetting does so by itself");
        if (Boolean.FALSE.equals(enabled)) {
            item.ignored("distribute");
            return sketch.map(item.path(), "enabled", false);
        }
        var shares = sketch.list(item.at("distribute"));
        for (FieldReader one : item.objects("distribute")) {
            Map<String, Object> to = sketch.map(one.at("to"));
            FieldReader percents = one.object("to");
            if (percents != null) {
                for (String pattern : percents.names()) {
                    to.put(pattern, percents.requiredInteger(pattern, 0, 100));
                }
            }
            to.values().removeIf(percent -> percent.equals(0)); // the same as not being there
            shares.add(sketch.map(one.path(), "from", one.string("from"), "to", to));
        }
        if (shares.isEmpty() && !item.has("failover") && !item.has("failoverPriority")) {
            item.findings()
                    .error(
                            "unsupported-value",
                            item.path(),
                            problem,
                            "remove the field, or a TrafficPolicy with localityLbSetting: {}");
        }
        return shares.isEmpty() ? null : sketch.map(item.path(), "distribute", shares);
    }
}
