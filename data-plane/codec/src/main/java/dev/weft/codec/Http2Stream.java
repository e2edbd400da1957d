package dev.weft.codec;

import dev.weft.http.BodyQueue;
import dev.weft.http.HeaderBlock;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One stream of an HTTP/2 connection, whichever side opened it: its two windows, what waits for the peer's, and which
 * directions have ended. Confined to the loop of its connection.
 *
 * <p>Sending: bytes go out as far as both windows allow; the rest waits here and the producer hears that it must stop, so
 * that at most what it had at hand is held. Receiving: credit is withheld while the consumer does not read; the window
 * grows while it keeps up.
 */
abstract sealed class Http2Stream implements StalledBytes.Stream permits Http2ServerStream, Http2ClientStream {
    final Http2Connection connection;
    final int id;
    boolean localEnded;
    boolean remoteEnded;
    boolean tagged; // what we send is of HTTP/1 (MuxTag)
    boolean touched; // in the connection's list of this read
    boolean waitsForConnection; // queued at the connection's window
    private boolean gone;
    private boolean blocked; // the producer was told to stop
    private int sendWindow;
    private int receiveWindow;
    private int receivable; // of the window: what the peer may still send
    private boolean paused;
    private boolean everPaused;
    private int stalled; // bytes that came while paused
    private long announced = -1; // Content-Length of what comes; -1 = unknown
    private long received;
    private @Nullable BodyQueue queue;
    private boolean endQueued;
    private @Nullable HeaderBlock trailersQueued;

    Http2Stream(Http2Connection connection, int id, int sendWindow, int receiveWindow) {
        this.connection = connection;
        this.id = id;
        this.sendWindow = sendWindow;
        this.receiveWindow = receiveWindow;
        this.receivable = receiveWindow;
    }

    // What the two kinds of streams do with what comes.

    /** A header block that is not the stream's first (server) or any (client). The block is valid during the call. */
    abstract void headers(byte[] block, int start, int end, boolean endStream);

    /** Body bytes; the stream takes them over. */
    abstract void body(ByteBuf data, boolean end);

    /** All that was at hand was delivered. */
    abstract void flushDelivered();

    /** The producer of what we send may go on, or must stop. */
    abstract void sendable(boolean writable);

    /**
     * The stream ended early: reset by the peer or by us, or, when there is no code, its connection is lost. Called once; not
     * after a normal end.
     */
    abstract void aborted(@Nullable Http2Code code, boolean byPeer, String why);

    // Sending.

    /** Sends body bytes, or keeps them until the windows open; takes them over. */
    final void sendData(ByteBuf data, boolean end) {
        if (gone || localEnded) {
            data.release();
            return;
        }
        if (queue != null && !queue.isEmpty()) {
            keep(data, end);
            return;
        }
        if (sendNow(data, end)) {
            checkBlocked();
        } else {
            keep(data, end);
        }
    }

    private void keep(ByteBuf data, boolean end) {
        if (queue == null) {
            queue = new BodyQueue();
        }
        queue.add(data);
        endQueued |= end;
        if (!blocked) {
            blocked = true;
            sendable(false);
        }
    }

    /** Sends trailers, after what is kept; they end the stream. */
    final void sendTrailers(HeaderBlock trailers) {
        if (gone || localEnded) {
            return;
        }
        if (queue != null && !queue.isEmpty()) {
            trailersQueued = trailers.copy();
            return;
        }
        connection.writeTrailers(this, trailers);
        localEnd();
    }

    /** Sends what the windows allow of it; false when some of it is left. */
    private boolean sendNow(ByteBuf data, boolean end) {
        while (true) {
            int size = data.readableBytes();
            int allowed = Math.min(sendWindow, connection.windows().send()); // below 0 after SETTINGS that narrow it
            int n = Math.min(Math.min(size, connection.maxPayload()), Math.max(0, allowed));
            if (n == 0 && size > 0) {
                if (sendWindow > 0 && !waitsForConnection) {
                    connection.awaitWindow(this);
                }
                return false;
            }
            boolean last = n == size;
            sendWindow -= n;
            connection.windows().sent(n);
            connection.writeData(this, last ? data : data.readRetainedSlice(n), last && end);
            if (last) {
                if (end) {
                    localEnd();
                }
                return true;
            }
        }
    }

    /** The peer's window for this stream grew; false when it would exceed 2³¹−1. */
    final boolean windowOpened(int increment) {
        long grown = (long) sendWindow + increment;
        if (grown > Integer.MAX_VALUE) {
            return false;
        }
        sendWindow = (int) grown;
        sendKept();
        return true;
    }

    /** Sends what waited, as far as it goes now. */
    final void sendKept() {
        BodyQueue kept = queue;
        if (kept == null || gone) {
            return;
        }
        // out of the queue first: its end may empty the books
        for (ByteBuf first = kept.poll(); first != null; first = kept.poll()) {
            if (!sendNow(first, endQueued && kept.isEmpty())) {
                kept.putBack(first);
                return;
            }
        }
        HeaderBlock trailers = trailersQueued;
        if (trailers != null && !localEnded) {
            connection.writeTrailers(this, trailers);
            localEnd();
        }
        connection.flushLater();
        if (!gone) {
            unblock();
        }
    }

    private void checkBlocked() {
        if (!blocked && !localEnded && !connection.isWritable()) {
            blocked = true;
            sendable(false);
        }
    }

    /** The connection's socket takes more, or the peer's windows do. */
    final void unblock() {
        if (blocked && (queue == null || queue.isEmpty()) && connection.isWritable()) {
            blocked = false;
            if (!localEnded) {
                sendable(true);
            }
        }
    }

    final boolean isBlocked() {
        return blocked;
    }

    /** Our direction has ended with the last frame written. */
    final void localEnd() {
        localEnded = true;
        connection.ended(this);
    }

    // Receiving.

    /** What a length field announced: the DATA frames must add up to it (RFC 9113 §8.1.1). */
    final void announced(long length) {
        announced = length;
    }

    /** Counts a DATA frame of that size; answers whether the peer kept to the window. */
    final boolean receive(int length) {
        receivable -= length;
        return receivable >= 0;
    }

    /** Bytes of DATA the peer may still send. */
    final int receivable() {
        return receivable;
    }

    /** The peer has heard of a smaller window than it began with. */
    final void narrow(int by) {
        receiveWindow -= by;
        receivable -= by;
        consumed();
    }

    /** Counts body bytes, padding left out; answers whether they fit what was announced. */
    final boolean counts(int bytes, boolean end) {
        received += bytes;
        return announced < 0 || (end ? received == announced : received <= announced);
    }

    /** Counts body bytes that nobody reads for now; false when too many are held already. */
    final boolean mayStall(int bytes) {
        if (!paused) {
            return true;
        }
        if (!connection.shared().stalled().take(this, bytes)) {
            return false;
        }
        stalled += bytes;
        if (gone) {
            stallsNoMore(); // its exchange was that of one that was given up
        }
        return true;
    }

    @Override
    public final void giveUp() {
        connection.drop(this, "http2.too_much_stalled");
    }

    private void stallsNoMore() {
        if (stalled > 0) {
            connection.shared().stalled().giveBack(this, stalled);
            stalled = 0;
        }
    }

    /** Gives credit back once half of the window was consumed. */
    final void consumed() {
        int owed = receiveWindow - receivable;
        if (paused || remoteEnded || gone || owed < receiveWindow / 2) {
            return;
        }
        int grown = everPaused ? receiveWindow : Math.min(receiveWindow * 2, connection.maxStreamWindow());
        int increment = owed + Math.max(0, grown - receiveWindow);
        receiveWindow = Math.max(receiveWindow, grown);
        receivable += increment;
        connection.writeWindowUpdate(this, increment);
    }

    /** Stops or restarts giving credit. */
    final void reading(boolean enabled) {
        if (paused == enabled) {
            paused = !enabled;
            everPaused |= paused;
            if (enabled) {
                stallsNoMore();
                consumed();
            }
        }
    }

    // The end.

    /** Whether the stream is out of the connection's books. */
    final boolean isGone() {
        return gone;
    }

    /** Takes the stream out of the books: nothing is sent any more. */
    final void forget() {
        gone = true;
        stallsNoMore();
        BodyQueue kept = queue;
        if (kept != null) {
            queue = null;
            kept.release();
        }
    }

    /** Adds to the send window what a change of the peer's initial window brings; false when it would exceed 2³¹−1. */
    final boolean initialWindowChanged(int by) {
        long changed = (long) sendWindow + by;
        if (changed > Integer.MAX_VALUE) {
            return false;
        }
        sendWindow = (int) changed;
        return true;
    }
}
