package dev.weft.testkit;

import java.io.IOException;
import java.io.InputStream;

/**
 * A client that asks a proxy for a tunnel (CONNECT, RFC 9110 9.3.6), in plain text, and then has its two directions: each may
 * end by itself. Sending and receiving may have a thread each; all calls block, receiving for as long as the constructor's
 * time-out says.
 */
public interface TunnelClient extends AutoCloseable {
    /** Connects, asks by HTTP/1.1 and reads the head of the answer. */
    static TunnelClient http1(int port, String authority, int timeoutMillis) throws IOException {
        return new Http1TunnelClient(port, authority, timeoutMillis);
    }

    /** Connects, asks by HTTP/2 without having asked for HTTP/2, and waits for the head of the answer. */
    static TunnelClient http2(int port, String authority, int timeoutMillis) throws IOException {
        return new Http2TunnelClient(port, authority, false, timeoutMillis);
    }

    /** The same for a WebSocket (RFC 8441): an extended CONNECT for the path {@code /}. */
    static TunnelClient webSocket(int port, String authority, int timeoutMillis) throws IOException {
        return new Http2TunnelClient(port, authority, true, timeoutMillis);
    }

    /** Of the answer to CONNECT; 0 when there was none. */
    int status();

    /** Sends bytes, as fast as they are taken. */
    void send(byte[] bytes, int offset, int length) throws IOException;

    /** Ends the sending direction. */
    void end() throws IOException;

    /** The receiving direction; a reset is an {@link IOException} that says so. */
    InputStream in();

    /** Breaks the tunnel, so that its other end sees a reset. */
    void reset() throws IOException;

    /** What an HTTP/2 peer reset the stream with, whatever came before: the number; -1 for nothing (so far). */
    default int resetCode() {
        return -1;
    }

    @Override
    void close() throws IOException;
}
