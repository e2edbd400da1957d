package dev.weft.balance;

/**
 * How load is spread over a cluster's priorities and localities before a policy chooses a host.
 *
 * @param overprovisioningPercent at least 100; 140 = a priority keeps all load until under 71 % of it are healthy
 * @param panicPercent below this share of usable hosts a priority ignores health; 0 = never
 * @param failInPanic whether the requests of a priority in panic find no host, instead of any
 */
public record Spread(int overprovisioningPercent, double panicPercent, LocalityRule localities, boolean failInPanic) {
    /** Envoy's {@code overprovisioning_factor}. */
    public static final int DEFAULT_OVERPROVISIONING_PERCENT = 140;

    /** Envoy's {@code healthy_panic_threshold}. */
    public static final double DEFAULT_PANIC_PERCENT = 50;

    /** Envoy's defaults. */
    public static final Spread DEFAULT = of(DEFAULT_OVERPROVISIONING_PERCENT, DEFAULT_PANIC_PERCENT);

    /** Without regard to localities. */
    public static Spread of(int overprovisioningPercent, double panicPercent) {
        return new Spread(overprovisioningPercent, panicPercent, LocalityRule.NONE, false);
    }

    public Spread {
        panicPercent = Math.min(100, panicPercent);
    }

    /** Without locality weights: what Envoy's subsets do unless they are told to heed them. */
    Spread withoutLocalityWeights() {
        return localities instanceof LocalityRule.Weighted
                ? new Spread(overprovisioningPercent, panicPercent, LocalityRule.NONE, failInPanic)
                : this;
    }
}
