package dev.weft.codec;

/**
 * Flow control of a whole connection (RFC 9113 §5.2): what we may still send, and what the peer may. What came is given
 * back on receipt, by half windows, so that a stalled stream cannot starve the others; how much a stream may send ahead is
 * bounded by its own window.
 */
final class Http2Windows {
    static final int INITIAL = 65_535;

    private final int receiveWindow;
    private int send = INITIAL;
    private int receive; // what the peer may still send

    Http2Windows(int receiveWindow) {
        this.receiveWindow = Math.max(INITIAL, receiveWindow);
        this.receive = this.receiveWindow;
    }

    /** What is to be announced at the beginning, beyond the window every connection begins with. */
    int initialIncrement() {
        return receiveWindow - INITIAL;
    }

    int send() {
        return send;
    }

    void sent(int n) {
        send -= n;
    }

    /** The peer takes more; false when the window would exceed 2³¹−1. */
    boolean opened(int increment) {
        if (increment > Integer.MAX_VALUE - Math.max(send, 0)) {
            return false;
        }
        send += increment;
        return true;
    }

    /** Counts received bytes; answers the increment to give back now, 0 for none yet, or -1 when the peer sent too much. */
    int received(int n) {
        receive -= n;
        if (receive < 0) {
            return -1;
        }
        int owed = receiveWindow - receive;
        if (owed < receiveWindow / 2) {
            return 0;
        }
        receive = receiveWindow;
        return owed;
    }
}
