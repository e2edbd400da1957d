package dev.weft.codec;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection's misbehaviour budget (requirement R46): counts what is cheap to send and dear to answer, and says when
 * the peer must go. The figures are those of reliability.md §2.5.
 */
final class Http2Guard {
    /** Resets by the peer, and resets it makes us send (MadeYouReset), within {@link #WINDOW_NANOS}. */
    private static final int MAX_RESETS = 200;

    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Envoy's rule for trusted peers: of more than so many streams within a second more than half were reset. */
    private static final int RATIO_STREAMS = 500;

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** PING and SETTINGS in a second, beyond one for each DATA frame sent: gRPC measures its bandwidth with such PINGs. */
    private static final int MAX_CONTROL = 200;

    /** PRIORITY for each stream, plus as many for none. */
    private static final int PRIORITIES_PER_STREAM = 100;

    /** Envoy: WINDOW_UPDATEs for each DATA frame sent, and for each stream. */
    private static final int UPDATES_PER_DATA = 10;

    private final boolean trusted;
    private long resetsSince;
    private int resets;
    private long secondBegan;
    private int streamsInSecond;
    private int resetsInSecond;
    private long controlSince;
    private int control;
    private long dataSentBefore; // the second began
    private long unaskedSince;
    private int unasked;
    private long streams;
    private long dataSent;
    private long priorities;
    private long updates;
    private boolean emptyBefore;

    Http2Guard(boolean trusted) {
        this.trusted = trusted;
    }

    /** A stream was opened, by either side. */
    void streamOpened() {
        streams++;
        streamsInSecond++;
    }

    /** A DATA frame was sent. */
    void dataSent() {
        dataSent++;
    }

    /** A stream was reset by the peer, or by us for what the peer did. Answers what is wrong, or null. */
    @Nullable
    String reset() {
        long now = System.nanoTime();
        if (trusted) {
            if (now - secondBegan > SECOND_NANOS) {
                secondBegan = now;
                streamsInSecond = 0;
                resetsInSecond = 0;
            }
            resetsInSecond++;
            return streamsInSecond > RATIO_STREAMS && resetsInSecond * 2 > streamsInSecond
                    ? "http2.too_many_resets"
                    : null;
        }
        if (now - resetsSince > WINDOW_NANOS) {
            resetsSince = now;
            resets = 0;
        }
        return ++resets > MAX_RESETS ? "http2.too_many_resets" : null;
    }

    /** A PING or SETTINGS came that wants an answer. */
    @Nullable
    String controlFrame() {
        long now = System.nanoTime();
        if (now - controlSince > SECOND_NANOS) {
            controlSince = now;
            control = 0;
            dataSentBefore = dataSent;
        }
        return ++control > MAX_CONTROL + dataSent - dataSentBefore ? "http2.outbound_control_flood" : null;
    }

    /** A frame came that nothing is done with, or not again: of an unknown type, an acknowledgement, a goodbye. */
    @Nullable
    String unasked() {
        long now = System.nanoTime();
        if (now - unaskedSince > SECOND_NANOS) {
            unaskedSince = now;
            unasked = 0;
        }
        return ++unasked > MAX_CONTROL ? "http2.inbound_ignored_frames_flood" : null;
    }

    /** A PRIORITY frame came. */
    @Nullable
    String priority() {
        return ++priorities > PRIORITIES_PER_STREAM * (streams + 1) ? "http2.inbound_priority_frames_flood" : null;
    }

    /** A WINDOW_UPDATE came. */
    @Nullable
    String windowUpdate() {
        return ++updates > 5 + 2 * (streams + UPDATES_PER_DATA * dataSent)
                ? "http2.inbound_window_update_frames_flood"
                : null;
    }

    /** A DATA frame came; one without bytes that does not end its stream serves nothing. */
    @Nullable
    String data(boolean useless) {
        if (useless && emptyBefore) {
            return "http2.inbound_empty_frames_flood";
        }
        emptyBefore = useless;
        return null;
    }
}
