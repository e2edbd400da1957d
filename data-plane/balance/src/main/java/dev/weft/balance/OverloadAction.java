package dev.weft.balance;

/**
 * What is done while something runs out, from the mildest on. The shares at which each begins are those of Envoy's own
 * example for the edge, a step apart, so that the mild ones get to work first.
 */
public enum OverloadAction {
    /** Responses end their connection, and connections that carry nothing are closed. */
    CLOSE_IDLE("close_idle", 0.90),
    /** New requests are answered 503 at once. */
    SHED("shed", 0.95),
    /** New connections wait in the kernel's queue. */
    STOP_ACCEPTING("stop_accepting", 0.98);

    private final String label;
    private final double threshold;

    OverloadAction(String label, double threshold) {
        this.label = label;
        this.threshold = threshold;
    }

    /** Its name in metrics and logs. */
    public String label() {
        return label;
    }

    /** The pressure at which it begins: 1 = nothing is left. */
    public double threshold() {
        return threshold;
    }
}
