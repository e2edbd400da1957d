package dev.weft.codec;

import dev.weft.net.TimerWheel;

/**
 * Notices a peer that is gone without a word: after some time without a byte from it, it is asked with a PING (RFC 9113
 * §6.7); after some more the connection is lost. Whatever comes is a sign of life; the answer to the PING is what must come.
 */
final class Http2KeepAlive extends TimerWheel.Timer {
    private static final long OPAQUE = 0x77656674; // says nothing: any byte is an answer

    private final Http2Connection connection;
    private final TimerWheel timers;
    private final long intervalNanos;
    private final long timeoutNanos;
    private boolean asked;

    Http2KeepAlive(Http2Connection connection, Http2Options options, TimerWheel timers) {
        this.connection = connection;
        this.timers = timers;
        this.intervalNanos = options.pingInterval().toNanos();
        this.timeoutNanos = options.pingTimeout().toNanos();
    }

    /** Something came. */
    void heard() {
        asked = false;
        timers.set(this, intervalNanos);
    }

    @Override
    protected void expired() {
        if (asked) {
            connection.cut("http2.ping_timeout");
            return;
        }
        asked = true;
        connection.writer().ping(false, OPAQUE);
        connection.flushLater();
        timers.set(this, timeoutNanos);
    }
}
