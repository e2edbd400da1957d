package dev.weft.xdsserver;

import java.util.concurrent.atomic.LongAdder;

/** What the server has done since the start. Any thread. */
public final class XdsServerStats {
    final LongAdder opened = new LongAdder();
    final LongAdder responses = new LongAdder();
    final LongAdder resources = new LongAdder();
    final LongAdder bytes = new LongAdder();
    final LongAdder acks = new LongAdder();
    final LongAdder rejections = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder requests = new LongAdder();

    XdsServerStats() {}

    /** Streams accepted. */
    public long opened() {
        return opened.sum();
    }

    /** Streams refused. */
    public long refused() {
        return refused.sum();
    }

    /** Messages from clients. */
    public long requests() {
        return requests.sum();
    }

    /** Messages to clients. */
    public long responses() {
        return responses.sum();
    }

    /** Resources in them. */
    public long resources() {
        return resources.sum();
    }

    /** Bytes of them. */
    public long bytes() {
        return bytes.sum();
    }

    /** Responses acknowledged. */
    public long acks() {
        return acks.sum();
    }

    /** Responses a client refused. */
    public long rejections() {
        return rejections.sum();
    }
}
