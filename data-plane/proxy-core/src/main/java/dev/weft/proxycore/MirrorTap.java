package dev.weft.proxycore;

import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpFilter;
import dev.weft.http.HttpStream;
import dev.weft.http.StreamEnd;
import io.netty.buffer.ByteBuf;

/**
 * Lets the copies of a request have its body: the last filter of routes with mirrors, so that others pay nothing for them. The
 * router puts the copies into its slot, once the head is as it leaves.
 */
final class MirrorTap implements HttpFilter {
    /** Of the streams of routes with mirrors. */
    static final int SLOT = 0;

    @Override
    public int phases() {
        return REQUEST_DATA | STREAM_END;
    }

    @Override
    public boolean keepsState() {
        return true;
    }

    @Override
    public void onRequestData(HttpStream stream, ByteBuf data, boolean end) {
        if (stream.slot(SLOT) instanceof Mirrors copies) {
            copies.data(data, end);
        }
    }

    @Override
    public void onRequestTrailers(HttpStream stream, HeaderBlock trailers) {
        if (stream.slot(SLOT) instanceof Mirrors copies) {
            copies.trailers(trailers);
        }
    }

    @Override
    public void onStreamEnd(HttpStream stream, StreamEnd end) {
        if (stream.slot(SLOT) instanceof Mirrors copies) {
            copies.requestOver();
        }
    }
}
