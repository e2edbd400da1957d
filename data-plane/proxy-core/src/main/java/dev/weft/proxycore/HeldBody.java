package dev.weft.proxycore;

import dev.weft.http.BodyQueue;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpStream;
import dev.weft.http.Upstream;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Request body that came before anyone could take it: a watermark's worth, then its sender is paused. */
final class HeldBody {
    private static final int MAX_HELD = 64 * 1024;

    private final HttpStream stream;
    private final BodyQueue pieces = new BodyQueue();
    private @Nullable HeaderBlock trailers;
    private boolean paused;

    HeldBody(HttpStream stream) {
        this.stream = stream;
    }

    /** Keeps a piece; takes it over. */
    void add(ByteBuf data, boolean end) {
        pieces.add(data);
        if (pieces.bytes() > MAX_HELD && !paused && !end) {
            paused = true;
            stream.pauseReading();
        }
    }

    /** Keeps what ends the request. */
    void addTrailers(HeaderBlock end) {
        trailers = end.copy();
    }

    /** Writes all of it, and what is held is gone. The attempt may end in the middle: the rest is dropped then. */
    void writeTo(Attempt attempt) {
        for (ByteBuf data = pieces.poll(); data != null; data = pieces.poll()) {
            Upstream current = attempt.upstream();
            if (current != null) {
                current.writeData(data, stream.isRequestEnded() && pieces.isEmpty() && trailers == null);
            } else {
                data.release();
            }
        }
        Upstream upstream = attempt.upstream();
        if (trailers != null && upstream != null) {
            upstream.writeTrailers(trailers);
        }
        trailers = null;
        if (paused) {
            paused = false;
            stream.resumeReading();
        }
    }

    void release() {
        pieces.release();
    }
}
