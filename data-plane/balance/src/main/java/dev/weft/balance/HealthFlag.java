package dev.weft.balance;

/**
 * One thing that some source says against an endpoint. Each source sets and clears its own flags and knows nothing of the
 * others; {@link #health} alone says what they come to. The names, and their order, are those of Envoy's {@code /clusters}.
 */
public enum HealthFlag {
    /** Active checks: it does not pass them. */
    FAILED_ACTIVE_HC,
    /** Outlier detection: ejected for the failures of real requests. */
    FAILED_OUTLIER_CHECK,
    /** The control plane says so, one way or another. */
    FAILED_EDS_HEALTH,
    /** Active checks: it passes them and asks to be spared. */
    DEGRADED_ACTIVE_HC,
    /** The control plane asks to spare it. */
    DEGRADED_EDS_HEALTH,
    /** Active checks: it is no longer configured, and stays for as long as it passes. */
    PENDING_DYNAMIC_REMOVAL,
    /** Active checks: nobody has checked it yet, and until then it does not count. */
    PENDING_ACTIVE_HC,
    /** It has said itself that it is to be left out ({@code x-envoy-immediate-health-check-fail}). */
    EXCLUDED_VIA_IMMEDIATE_HC_FAIL,
    /** Active checks: what it does not pass is the time-out. */
    ACTIVE_HC_TIMEOUT,
    /** The control plane says that it drains. */
    EDS_STATUS_DRAINING;

    private static final int UNHEALTHY =
            FAILED_ACTIVE_HC.bit() | FAILED_OUTLIER_CHECK.bit() | FAILED_EDS_HEALTH.bit() | EDS_STATUS_DRAINING.bit();
    private static final int DEGRADED = DEGRADED_ACTIVE_HC.bit() | DEGRADED_EDS_HEALTH.bit();
    private static final int EXCLUDED =
            PENDING_ACTIVE_HC.bit() | EXCLUDED_VIA_IMMEDIATE_HC_FAIL.bit() | EDS_STATUS_DRAINING.bit();

    int bit() {
        return 1 << ordinal();
    }

    /** What all sources together come to: one that says unhealthy is enough, else one that says degraded. */
    static Endpoint.Health health(int flags) {
        if ((flags & UNHEALTHY) != 0) {
            return Endpoint.Health.UNHEALTHY;
        }
        return (flags & DEGRADED) != 0 ? Endpoint.Health.DEGRADED : Endpoint.Health.HEALTHY;
    }

    /** Whether an endpoint with these flags is left out when the share of healthy ones is worked out. */
    static boolean isExcluded(int flags) {
        return (flags & EXCLUDED) != 0;
    }
}
