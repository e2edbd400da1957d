package dev.weft.http;

/**
 * Why a response is not simply what the upstream said; the letters are Envoy's, so that logs, dashboards and habits carry
 * over. A stream keeps a set of them as bits.
 */
public enum ResponseFlag {
    /** No healthy upstream. */
    NO_HEALTHY_UPSTREAM("UH"),
    /** Upstream connection failure. */
    UPSTREAM_CONNECTION_FAILURE("UF"),
    /** Circuit breaker open. */
    UPSTREAM_OVERFLOW("UO"),
    /** No route found. */
    NO_ROUTE_FOUND("NR"),
    /** All retries used up. */
    RETRY_LIMIT_EXCEEDED("URX"),
    /** No cluster found. */
    NO_CLUSTER_FOUND("NC"),
    /** Downstream connection terminated. */
    DOWNSTREAM_CONNECTION_TERMINATION("DC"),
    /** Upstream request timed out. */
    UPSTREAM_REQUEST_TIMEOUT("UT"),
    /** Upstream connection terminated. */
    UPSTREAM_CONNECTION_TERMINATION("UC"),
    /** Upstream reset the stream. */
    UPSTREAM_REMOTE_RESET("UR"),
    /** Local reset of the upstream stream. */
    LOCAL_RESET("LR"),
    /** Stream idle time-out. */
    STREAM_IDLE_TIMEOUT("SI"),
    /** Downstream protocol error. */
    DOWNSTREAM_PROTOCOL_ERROR("DPE"),
    /** Upstream protocol error. */
    UPSTREAM_PROTOCOL_ERROR("UPE"),
    /** Unauthorised by a policy. */
    UNAUTHORIZED("UAEX"),
    /** Rate limited. */
    RATE_LIMITED("RL"),
    /** Fault injected: abort. */
    FAULT_INJECTED("FI"),
    /** Fault injected: delay. */
    DELAY_INJECTED("DI"),
    /** The connection's or stream's maximum duration was reached. */
    DURATION_TIMEOUT("DT"),
    /** Shed by overload protection. */
    OVERLOAD("OM"),
    /** The client reset the stream (HTTP/2). */
    DOWNSTREAM_REMOTE_RESET("DR");

    private static final ResponseFlag[] VALUES = values();

    private final String letters;

    ResponseFlag(String letters) {
        this.letters = letters;
    }

    /** Envoy's letters. */
    public String letters() {
        return letters;
    }

    /** This flag's bit in a set. */
    public int bit() {
        return 1 << ordinal();
    }

    /** A set as text: letters joined by commas, {@code -} for none. */
    public static String text(int set) {
        if (set == 0) {
            return "-";
        }
        StringBuilder out = new StringBuilder();
        for (ResponseFlag flag : VALUES) {
            if ((set & flag.bit()) != 0) {
                out.append(out.isEmpty() ? "" : ",").append(flag.letters);
            }
        }
        return out.toString();
    }
}
