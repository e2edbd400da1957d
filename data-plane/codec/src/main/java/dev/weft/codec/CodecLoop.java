package dev.weft.codec;

import dev.weft.http.HeaderBlock;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.net.TimerWheel;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;

/**
 * What all connections of one event loop share: deadlines, reusable heads and the array heads are written in. An idle
 * connection holds no head. Confined to the loop.
 */
public final class CodecLoop {
    /** Room of a new head: more than a browser sends without cookies. */
    private static final int HEAD_CAPACITY = 1024;

    /** A head that grew beyond this is not kept for reuse. */
    private static final int MAX_KEPT_CAPACITY = 8 * 1024;

    /** Heads kept for reuse: more are in use at once only while that many requests are under way. */
    private static final int MAX_KEPT = 256;

    private final TimerWheel timers;
    private final ArrayDeque<RequestHead> requests = new ArrayDeque<>();
    private final ArrayDeque<ResponseHead> responses = new ArrayDeque<>();
    private final HttpDate date = new HttpDate(InstantSource.system());
    private final Executor afterBatch;
    private final StalledBytes stalled;
    final HeadWriter writer = new HeadWriter();
    final OutArray headerBlock = new OutArray(1024); // of HTTP/2: written, then copied into the outgoing buffer at once
    final OutArray muxTag = new OutArray(64); // of a head being written
    final byte[] framePayload = new byte[Http2Frame.MUX_MAX_PAYLOAD];
    final HeaderBlock ignored = new HeaderBlock(256);
    final Http2RequestParser http2Requests = new Http2RequestParser(new SplittableRandom());
    final Http2ResponseParser http2Responses = new Http2ResponseParser();

    /**
     * @param afterBatch runs a task when the loop has handled the batch of events at hand: then what came up meanwhile is
     *     sent at once
     * @param stalled what streams whose consumers do not read may hold
     */
    public CodecLoop(TimerWheel timers, Executor afterBatch, StalledBytes stalled) {
        this.timers = timers;
        this.afterBatch = afterBatch;
        this.stalled = stalled;
    }

    /** For loops that handle one event at a time: everything is sent at once. */
    public CodecLoop(TimerWheel timers) {
        this(timers, Runnable::run, new StalledBytes(1));
    }

    void afterBatch(Runnable task) {
        afterBatch.execute(task);
    }

    StalledBytes stalled() {
        return stalled;
    }

    public TimerWheel timers() {
        return timers;
    }

    /** The {@code date} of a response made now; callers must not change it. */
    public byte[] date() {
        return date.now();
    }

    RequestHead takeRequest() {
        RequestHead head = requests.pollLast();
        return head != null ? head : new RequestHead(HEAD_CAPACITY);
    }

    void giveBack(RequestHead head) {
        if (requests.size() < MAX_KEPT && head.headers().capacity() <= MAX_KEPT_CAPACITY) {
            head.clear();
            requests.addLast(head);
        }
    }

    /** A cleared response head; {@link #giveBack} when done with it. */
    public ResponseHead takeResponse() {
        ResponseHead head = responses.pollLast();
        return head != null ? head : new ResponseHead(HEAD_CAPACITY);
    }

    /** Takes a response head back for reuse. */
    public void giveBack(ResponseHead head) {
        if (responses.size() < MAX_KEPT && head.headers().capacity() <= MAX_KEPT_CAPACITY) {
            head.clear();
            responses.addLast(head);
        }
    }
}
