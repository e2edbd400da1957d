package dev.weft.http;

import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request-response exchange on its way through a filter chain. Knows no codec: the codec feeds the request in and
 * implements {@link Downstream} for the response.
 *
 * <p>Threads: confined to the loop of its downstream connection. Ownership: body buffers handed in belong to the stream,
 * which hands them to the chain's end; heads stay with the codec and are valid until the stream ends.
 *
 * <p>States. Request: head → (data)* → ended. While a filter pauses, later parts are held (up to {@value #MAX_HELD} bytes
 * and one read's worth, then reading is off) and follow after {@link #resume()}. Response: nothing → head → (data)* → ended. A stream is over when
 * its response ended, it was reset, or the peer went away, whichever comes first; every filter then hears so once.
 */
public final class HttpStream {
    private static final Object[] NO_SLOTS = {};
    private static final int MAX_HELD = 64 * 1024;

    private final Downstream downstream;
    private final RequestHead request;
    private final @Nullable Object[] slots;
    private final FilterChain chain;
    private final @Nullable StreamContext context;
    private int next; // index into chain.requestHead: first filter that has not let the head pass
    private int pauses;
    private boolean paused;
    private boolean wasPaused;
    private boolean heldBack; // reading, for what a paused stream holds
    private boolean heldEnd;
    private @Nullable BodyQueue held;
    private boolean responseStarted;
    private boolean over;
    private boolean requestEnded;
    private boolean upgradeAllowed;
    private int status;
    private int flags;
    private String details = "";
    private long requestBytes;
    private long responseBytes;

    /** @param context the connection manager's side of this stream; null where no filter asks for it */
    public HttpStream(Downstream downstream, RequestHead request, FilterChain chain, @Nullable StreamContext context) {
        this.downstream = downstream;
        this.request = request;
        this.chain = chain;
        this.context = context;
        this.slots = chain.slots == 0 ? NO_SLOTS : new Object[chain.slots];
    }

    // Request side: called by the codec.

    /** Feeds the request's head in, once. */
    public void requestHead(boolean end) {
        requestEnded = end;
        heldEnd = end;
        runHead();
    }

    private void runHead() {
        HttpFilter[] filters = chain.requestHead;
        while (next < filters.length) {
            FilterStatus verdict = filters[next].onRequestHead(this, request, heldEnd);
            if (over || verdict == FilterStatus.REPLIED) {
                return;
            }
            if (verdict == FilterStatus.PAUSE) {
                paused = true;
                wasPaused = true;
                return;
            }
            next++;
        }
        chain.terminal.requestHead(this, request, heldEnd);
    }

    /** Feeds body bytes in and takes them over. */
    public void requestData(ByteBuf data, boolean end) {
        requestBytes += data.readableBytes();
        requestEnded = end;
        if (over) {
            data.release();
            return;
        }
        if (paused) {
            if (held == null) {
                held = new BodyQueue();
            }
            held.add(data);
            if (held.bytes() > MAX_HELD && !heldBack) {
                // Not before: a client that leaves is noticed only while it is read from.
                heldBack = true;
                pauseReading();
            }
            return;
        }
        deliver(data, end);
    }

    private void deliver(ByteBuf data, boolean end) {
        for (HttpFilter filter : chain.requestData) {
            filter.onRequestData(this, data, end);
            if (over) {
                data.release();
                return;
            }
        }
        chain.terminal.requestData(this, data, end);
    }

    /** Feeds trailers in, which end the request. */
    public void requestTrailers(HeaderBlock trailers) {
        requestEnded = true;
        if (over) {
            return;
        }
        if (paused) {
            // Trailers of a held request are dropped: RFC 9110 §6.5.1 lets any recipient discard them.
            requestData(io.netty.buffer.Unpooled.EMPTY_BUFFER, true);
            return;
        }
        for (HttpFilter filter : chain.requestData) {
            filter.onRequestTrailers(this, trailers);
        }
        if (!over) {
            chain.terminal.requestTrailers(this, trailers);
        }
    }

    /** All request bytes at hand were fed in. */
    public void requestFlush() {
        if (!over && !paused) {
            chain.terminal.requestFlush(this);
        }
    }

    /** The downstream connection's write buffer crossed a watermark. */
    public void downstreamWritable(boolean writable) {
        if (!over) {
            chain.terminal.downstreamWritable(this, writable);
        }
    }

    /** The downstream connection was lost before the response was complete. */
    public void downstreamGone() {
        downstreamGone(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION, "downstream_remote_disconnect");
    }

    /** The downstream peer gave up this stream, and nothing else, before the response was complete; {@code how}: the details. */
    public void downstreamReset(String how) {
        downstreamGone(ResponseFlag.DOWNSTREAM_REMOTE_RESET, how);
    }

    private void downstreamGone(ResponseFlag flag, String details) {
        if (!over) {
            flag(flag);
            details(details);
            finish(StreamEnd.DOWNSTREAM_GONE);
        }
    }

    /**
     * What follows the request's head breaks the protocol: the codec answers with this status by itself, or cuts off the
     * response that has begun.
     */
    public void refused(int answer, String why) {
        if (over) {
            return;
        }
        flag(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
        details = why;
        boolean cut = responseStarted;
        if (!cut) {
            status = answer;
        }
        finish(StreamEnd.REFUSED);
        if (cut) {
            downstream.reset();
        }
    }

    /** Lets the stream go on after {@link FilterStatus#PAUSE}; called once by the filter that paused, on the same loop. */
    public void resume() {
        if (over) {
            return;
        }
        if (!paused) {
            throw new IllegalStateException("stream is not paused");
        }
        paused = false;
        next++;
        runHead();
        while (held != null && !paused && !over) {
            ByteBuf data = held.poll();
            if (data == null) {
                break;
            }
            deliver(data, requestEnded && held.isEmpty());
        }
        requestFlush();
        if (heldBack && !paused) {
            heldBack = false;
            resumeReading();
        }
    }

    // Response side: called by the terminal filter, or by a filter through reply().

    /** Passes on an interim response (1xx). */
    public void informational(ResponseHead head) {
        if (over || responseStarted) {
            return;
        }
        for (HttpFilter filter : chain.responseHead) {
            filter.onResponseHead(this, head, false);
        }
        downstream.writeInformational(head);
        downstream.flush();
    }

    /** Starts the response; {@code end} when no body follows. */
    public void responseHead(ResponseHead head, boolean end) {
        if (over) {
            return;
        }
        responseStarted = true;
        status = head.status();
        for (HttpFilter filter : chain.responseHead) {
            filter.onResponseHead(this, head, end);
        }
        if (end) {
            finish(StreamEnd.COMPLETE);
        }
        downstream.writeHead(head, end);
    }

    /** Passes on body bytes and takes them over. */
    public void responseData(ByteBuf data, boolean end) {
        if (over) {
            data.release();
            return;
        }
        responseBytes += data.readableBytes();
        for (HttpFilter filter : chain.responseData) {
            filter.onResponseData(this, data, end);
        }
        if (end) {
            finish(StreamEnd.COMPLETE);
        }
        downstream.writeData(data, end);
    }

    /** Passes on trailers, which end the response. */
    public void responseTrailers(HeaderBlock trailers) {
        if (over) {
            return;
        }
        for (HttpFilter filter : chain.responseData) {
            filter.onResponseTrailers(this, trailers);
        }
        finish(StreamEnd.COMPLETE);
        downstream.writeTrailers(trailers);
    }

    /** Sends what was written so far. */
    public void responseFlush() {
        downstream.flush();
    }

    /**
     * Answers from here with a response of our own, through the response filters; cuts the response off instead when one
     * has begun.
     *
     * @param body taken over; null for none
     */
    public void reply(ResponseHead head, @Nullable ByteBuf body, String why) {
        if (over || responseStarted) {
            if (body != null) {
                body.release();
            }
            reset(why);
            return;
        }
        details = why;
        boolean empty = body == null || !body.isReadable();
        responseHead(head, empty);
        if (body == null) {
            downstream.flush();
            return;
        }
        if (empty) {
            body.release();
        } else {
            responseData(body, true);
        }
        downstream.flush();
    }

    /** Cuts the response off, so that the peer sees that it is incomplete. */
    public void reset(String why) {
        if (!over) {
            details = why;
            // Filters first: they still see the stream as it was.
            finish(StreamEnd.RESET);
            downstream.reset();
        }
    }

    /** Before the last bytes are written: then the codec may reuse the request's head for the next one. */
    private void finish(StreamEnd end) {
        if (heldBack && end != StreamEnd.DOWNSTREAM_GONE) {
            heldBack = false;
            resumeReading(); // what is left of the request: the codec drops it
        }
        over = true;
        if (held != null) {
            held.release();
            held = null;
        }
        for (HttpFilter filter : chain.streamEnd) {
            filter.onStreamEnd(this, end);
        }
        chain.terminal.streamEnd(this, end);
    }

    // Back-pressure: several parties may pause reading the request at once; each resumes what it paused.

    /** Stops reading the request. Counted. */
    public void pauseReading() {
        if (pauses++ == 0) {
            downstream.readEnabled(false);
        }
    }

    /** Takes back one {@link #pauseReading()}. */
    public void resumeReading() {
        if (pauses <= 0) {
            throw new IllegalStateException("resumed more often than paused");
        }
        if (--pauses == 0 && !over) {
            downstream.readEnabled(true);
        }
    }

    /** Whether the downstream peer takes more bytes right now. */
    public boolean isDownstreamWritable() {
        return downstream.isWritable();
    }

    // What the stream knows of itself.

    public RequestHead request() {
        return request;
    }

    public Downstream downstream() {
        return downstream;
    }

    /** The connection manager's side of it. */
    public StreamContext context() {
        return Objects.requireNonNull(context);
    }

    public @Nullable Object slot(int index) {
        return slots[index];
    }

    public void slot(int index, @Nullable Object value) {
        slots[index] = value;
    }

    /** Whether a filter has held it up. */
    public boolean wasPaused() {
        return wasPaused;
    }

    public boolean isOver() {
        return over;
    }

    /** Whether the whole request has been received, and no part of it is held for a filter. */
    public boolean isRequestEnded() {
        return requestEnded && (held == null || held.isEmpty());
    }

    /**
     * Lets the request change to another protocol: what follows its head is that protocol's bytes, and they go on until one
     * side ends them. Called before the request is fed in.
     */
    public void allowUpgrade() {
        upgradeAllowed = true;
    }

    public boolean isUpgradeAllowed() {
        return upgradeAllowed;
    }

    public boolean isResponseStarted() {
        return responseStarted;
    }

    /** Status sent downstream; 0 before there is one. */
    public int status() {
        return status;
    }

    /** Set of {@link ResponseFlag} bits. */
    public int flags() {
        return flags;
    }

    public void flag(ResponseFlag flag) {
        flags |= flag.bit();
    }

    /** Envoy's response code details: one word that says where the answer came from. */
    public String details() {
        return details;
    }

    public void details(String text) {
        details = text;
    }

    /** Body bytes of the request received so far. */
    public long requestBytes() {
        return requestBytes;
    }

    /** Body bytes of the response passed on so far. */
    public long responseBytes() {
        return responseBytes;
    }
}
