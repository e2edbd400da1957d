package dev.weft.balance;

import dev.weft.balance.HealthCheckPolicy.Next;

/**
 * What the checks of one endpoint have come to. The first success is enough for one that has not passed yet; later results
 * must come as often in a row as {@link HealthCheckPolicy} says. Writes its flags at the endpoint, and only those.
 *
 * <p>Threads: confined to the one that checks.
 */
public final class HealthCheckState {
    /** What a check found. */
    public enum Result {
        /** It serves. */
        PASSED,
        /** It serves, and asks to be used only if the others cannot carry the load. */
        DEGRADED,
        /** It answers that it does not serve: believed at once. */
        REFUSED,
        /** It answers something that may pass ({@code retriable_statuses}). */
        RETRIABLE,
        /** It could not be reached, or broke off. */
        NETWORK,
        /** It did not answer in time. */
        TIMEOUT;

        /** Whether it serves. */
        public boolean isPassed() {
            return this == PASSED || this == DEGRADED;
        }

        /** Whether it is no answer at all ({@code health_check.network_failure}). */
        public boolean isNetwork() {
            return this == NETWORK || this == TIMEOUT;
        }
    }

    /** What a result changed. */
    public enum Change {
        /** Nothing. */
        NONE,
        /** Nothing yet: more of the same in a row will. */
        PENDING,
        /** How the endpoint is to be used. */
        CHANGED
    }

    private final Endpoint endpoint;
    private final HealthCheckPolicy policy;
    private boolean first = true;
    private int passed; // in a row, while it does not pass as a whole
    private int failed; // in a row, while it does

    /** Begins with the endpoint as it is: used until the checks say otherwise, unless it {@linkplain #await waits}. */
    public HealthCheckState(Endpoint endpoint, HealthCheckPolicy policy) {
        this.endpoint = endpoint;
        this.policy = policy;
    }

    /** A state that goes on where an earlier policy's stood. */
    public HealthCheckState(HealthCheckState before, HealthCheckPolicy policy) {
        this(before.endpoint, policy);
        this.first = before.first;
    }

    /**
     * A new endpoint is not used before it has passed a check. Whoever adds it says so, before anybody can pick it.
     *
     * @param counts whether it counts meanwhile among the others of its priority
     */
    public static void await(Endpoint endpoint, boolean counts) {
        endpoint.flag(HealthFlag.FAILED_ACTIVE_HC, true);
        endpoint.flag(HealthFlag.PENDING_ACTIVE_HC, !counts);
    }

    /** It is checked no more: nothing that checks have found is held against it. */
    public static void forget(Endpoint endpoint) {
        endpoint.flag(HealthFlag.FAILED_ACTIVE_HC, false);
        endpoint.flag(HealthFlag.DEGRADED_ACTIVE_HC, false);
        endpoint.flag(HealthFlag.PENDING_ACTIVE_HC, false);
        endpoint.flag(HealthFlag.ACTIVE_HC_TIMEOUT, false);
        endpoint.flag(HealthFlag.EXCLUDED_VIA_IMMEDIATE_HC_FAIL, false);
    }

    /** Whether there was a result. */
    public boolean isChecked() {
        return !first;
    }

    /** Takes a result. */
    public Change result(Result result) {
        Change change = result.isPassed() ? pass(result == Result.DEGRADED) : fail(result);
        first = false;
        if (endpoint.has(HealthFlag.PENDING_ACTIVE_HC)) {
            endpoint.flag(HealthFlag.PENDING_ACTIVE_HC, false);
            return Change.CHANGED; // it counts from now on
        }
        return change;
    }

    private Change pass(boolean degraded) {
        failed = 0;
        Change change = Change.NONE;
        if (endpoint.has(HealthFlag.FAILED_ACTIVE_HC)) {
            // The first one is enough: a start must not take healthy_threshold × interval.
            if (first || ++passed == policy.healthyThreshold()) {
                endpoint.flag(HealthFlag.ACTIVE_HC_TIMEOUT, false);
                endpoint.flag(HealthFlag.EXCLUDED_VIA_IMMEDIATE_HC_FAIL, false);
                endpoint.flag(HealthFlag.FAILED_ACTIVE_HC, false);
                change = Change.CHANGED;
            } else {
                change = Change.PENDING;
            }
        }
        if (degraded != endpoint.has(HealthFlag.DEGRADED_ACTIVE_HC)) {
            endpoint.flag(HealthFlag.DEGRADED_ACTIVE_HC, degraded);
            change = change == Change.NONE ? Change.CHANGED : change;
        }
        return change;
    }

    private Change fail(Result result) {
        passed = 0;
        Change change = Change.NONE;
        if (!endpoint.has(HealthFlag.FAILED_ACTIVE_HC)) {
            if (result == Result.REFUSED || ++failed == policy.unhealthyThreshold()) {
                endpoint.flag(HealthFlag.FAILED_ACTIVE_HC, true);
                change = Change.CHANGED;
            } else {
                change = Change.PENDING;
            }
        }
        endpoint.flag(
                HealthFlag.ACTIVE_HC_TIMEOUT, result == Result.TIMEOUT && endpoint.has(HealthFlag.FAILED_ACTIVE_HC));
        return change;
    }

    /** Which interval comes after a result. */
    public Next next(Result result, Change change) {
        boolean pending = change == Change.PENDING;
        if (result.isPassed()) {
            return pending ? Next.HEALTHY_EDGE : Next.HEALTHY;
        }
        return pending ? Next.UNHEALTHY_EDGE : Next.UNHEALTHY;
    }
}
