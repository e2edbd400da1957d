package dev.weft.http;

import io.netty.buffer.ByteBuf;

/**
 * The codec's end of a stream: writes the response to whoever asked. All calls on the loop of the connection; after the
 * call that ends the response (or {@link #reset}) the codec forgets the stream.
 */
public interface Downstream {
    /** Writes an interim response (1xx). The head is the caller's again on return. */
    void writeInformational(ResponseHead head);

    /** Writes the head; {@code end} when no body follows. The head is the caller's again on return. */
    void writeHead(ResponseHead head, boolean end);

    /** Writes body bytes and takes them over. */
    void writeData(ByteBuf data, boolean end);

    /** Writes trailers, which end the response. */
    void writeTrailers(HeaderBlock trailers);

    /** Everything at hand was written: send it now. */
    void flush();

    /** Stops or restarts reading request body from the peer. */
    void readEnabled(boolean enabled);

    /** Whether written bytes pile up above the high watermark. {@link HttpFilter} hears of changes through its stream. */
    boolean isWritable();

    /** Gives up: the response cannot be completed, so the peer must see that it is cut off. */
    void reset();
}
