package dev.weft.sources;

import dev.weft.meshmodel.Kind;
import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code fault} of a VirtualService's rule → a FaultPolicy for the rule. */
final class IstioFaults {
    private IstioFaults() {}

    /** @param rule name of the HTTPRoute's rule it is for */
    static void read(IstioSketch sketch, FieldReader fault, String policyName, String rule) {
        Map<String, Object> spec = sketch.document(Kind.FAULT_POLICY, policyName, fault.path());
        spec.put("targetRefs", sketch.rule(rule, fault.path()));
        FieldReader delay = fault.object("delay");
        if (delay != null) {
            delay.refused("exponentialDelay", "delays are fixed", "fixedDelay");
            String duration = IstioValues.duration(delay, "fixedDelay");
            spec.put("delay", sketch.map(delay.path(), "fixedDelay", duration, "percentage", share(delay)));
        }
        FieldReader abort = fault.object("abort");
        if (abort != null) {
            abort.refused("http2Error", "a stream is answered, not reset", "httpStatus or grpcStatus");
            spec.put(
                    "abort",
                    sketch.map(
                            abort.path(),
                            "httpStatus",
                            abort.integer("httpStatus", 200, 599),
                            "grpcStatus",
                            abort.string("grpcStatus"),
                            "percentage",
                            share(abort)));
        }
    }

    /** Without a percentage Istio does nothing; {@code percent} is its older, whole one. */
    private static BigDecimal share(FieldReader item) {
        BigDecimal percentage = IstioValues.percent(item.object("percentage"));
        @Nullable Integer percent = item.integer("percent", 0, 100);
        if (percentage != null) {
            return percentage;
        }
        if (percent == null) {
            item.findings()
                    .warning(
                            "no-percentage",
                            item.path(),
                            "says for no share of requests, and none it is",
                            "percentage: {value: 100}");
        }
        return percent == null ? BigDecimal.ZERO : BigDecimal.valueOf(percent);
    }
}
