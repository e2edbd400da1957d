package dev.weft.proxycore;

/**
 * How long a listener waits on a client that says nothing. Where the server speaks first every client is silent, and each would
 * wait for the whole deadline: after {@value #ENOUGH} of them in a row the deadline is a quarter, after as many again a twentieth
 * (of 200 ms: 50, then 10). One client that speaks HTTP brings the whole deadline back.
 *
 * <p>A state machine without I/O; confined to its loop.
 */
final class Patience {
    private static final int ENOUGH = 3;
    private static final int[] PARTS = {1, 4, 20};

    private int silent; // in a row, at this step
    private int step;

    /** What is left of a deadline for who is silent. */
    long of(long nanos) {
        return nanos / PARTS[step];
    }

    /** A client was silent for as long as {@link #of} gave it. */
    void ranOut() {
        silent++;
        if (silent >= ENOUGH && step < PARTS.length - 1) {
            silent = 0;
            step++;
        }
    }

    /** A client spoke first, and it was HTTP. */
    void sawHttp() {
        silent = 0;
        step = 0;
    }

    /** A client spoke first, but not HTTP: no reason to hurry, none to wait for the next one either. */
    void sawOther() {
        silent = 0;
    }
}
