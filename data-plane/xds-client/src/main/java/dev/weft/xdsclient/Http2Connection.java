package dev.weft.xdsclient;

import io.netty.buffer.ByteBuf;
import java.util.Map;

/**
 * The seam below gRPC: requests over one HTTP/2 connection, as streams of bytes. Everything of gRPC (framing, status,
 * deadlines) sits above it, everything of HTTP/2 (frames, flow control, PING) below.
 *
 * <p>Threads: confined to the connection's event loop, callbacks too.
 */
interface Http2Connection {
    /** Starts a request. The stream's events come later, never from within this call. */
    Stream open(Map<String, String> headers, StreamEvents events);

    /** Closes the connection and everything on it; its streams end with that reason. */
    void close(String reason);

    /** One request being sent. */
    interface Stream {
        /** Sends bytes and takes them over; {@code end} ends the request. */
        void write(ByteBuf data, boolean end);

        /** Gives the stream up; no event follows. */
        void cancel();
    }

    /** The answer as it arrives. */
    interface StreamEvents {
        /** The head, or the trailers when {@code end} comes with it or a head was there before. Names are lower case. */
        void headers(Map<String, String> headers, boolean end);

        /** A piece of the body; the callee does not own it. */
        void data(ByteBuf data, boolean end);

        /** The stream was reset or its connection is gone; nothing follows. */
        void broken(String reason);
    }

    /** What becomes of the connection itself. */
    interface Events {
        /** Handshakes done and the peer's SETTINGS read: streams may be opened. */
        void ready(Http2Connection connection);

        /** The peer wants no new streams here (GOAWAY); those open may finish. */
        void goingAway(String reason);

        /** Over, or never came to be; called exactly once. */
        void closed(String reason);
    }
}
