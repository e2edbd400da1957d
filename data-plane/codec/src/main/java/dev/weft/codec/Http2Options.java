package dev.weft.codec;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How an HTTP/2 connection treats its peer. On without configuration.
 *
 * @param maxConcurrentStreams of the peer's; announced and enforced
 * @param streamWindow bytes of a body the peer may send ahead on a new stream
 * @param maxStreamWindow what a stream's window grows to while its reader keeps up
 * @param connectionWindow bytes the peer may send ahead on all streams; given back on receipt, so that one stalled
 *     stream does not stop the others
 * @param maxHeadBytes most bytes of a head, counted as RFC 9113 §6.5.2 says (name + value + 32 for each field)
 * @param maxFields most fields of a head, each cookie crumb counted
 * @param streamsPerTurn new streams begun before other connections of the loop have their turn (requirement R48)
 * @param idleTimeout without a stream; zero = none
 * @param headTimeout from the first byte of a head, or of the peer's first words, to its last; zero = none
 * @param trusted the peer is a proxy of the mesh: resets are judged by their ratio, not by their number (decision 9)
 * @param pingInterval after so long without a byte from the peer it is asked with a PING; zero = never
 * @param pingTimeout when nothing has come so long after the PING either, the connection is lost
 * @param connectProtocol whether clients may send extended CONNECT (RFC 8441); announced by servers
 * @param mux what the requests on the connection are
 * @param serverName value of the {@code server} field in the codec's own answers; empty = none
 */
public record Http2Options(
        int maxConcurrentStreams,
        int streamWindow,
        int maxStreamWindow,
        int connectionWindow,
        int maxHeadBytes,
        int maxFields,
        int streamsPerTurn,
        Duration idleTimeout,
        Duration headTimeout,
        boolean trusted,
        Duration pingInterval,
        Duration pingTimeout,
        boolean connectProtocol,
        Mux mux,
        String serverName) {
    /** What a proxy adds to a head, edits of routes included. */
    private static final int FIELDS_ADDED = 16;

    private static final int BYTES_ADDED = 8 * 1024;

    /** Towards applications: the figures of reliability.md §1.1; 60 KiB and 100 fields are Envoy's. */
    public static final Http2Options APPLICATION = new Http2Options(
            100,
            256 * 1024,
            256 * 1024,
            1024 * 1024,
            60 * 1024,
            100,
            16,
            Duration.ofHours(1),
            Duration.ofSeconds(10),
            false,
            Duration.ZERO,
            Duration.ZERO,
            false,
            Mux.OFF,
            "");

    /** Towards endpoints: as many streams as the peer takes, up to Envoy's 1024. */
    public static final Http2Options UPSTREAM = new Http2Options(
            1024,
            256 * 1024,
            256 * 1024,
            1024 * 1024,
            80 * 1024,
            100,
            16,
            Duration.ofHours(1),
            Duration.ZERO,
            true,
            Duration.ZERO,
            Duration.ZERO,
            false,
            Mux.OFF,
            "");

    /** Between proxies of the mesh: decisions 9 and 10; a silent one is found out within 15 s (fault F26). */
    public static final Http2Options MESH = new Http2Options(
            1024,
            64 * 1024,
            256 * 1024,
            16 * 1024 * 1024,
            80 * 1024,
            100,
            64,
            Duration.ofHours(1),
            Duration.ZERO,
            true,
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            false,
            Mux.OFF,
            "");

    /** With the figures a configuration names; null leaves ours. */
    public Http2Options with(
            @Nullable Integer streams, @Nullable Integer newStreamWindow, @Nullable Integer newConnectionWindow) {
        int window = newStreamWindow == null ? streamWindow : newStreamWindow;
        return new Http2Options(
                streams == null ? maxConcurrentStreams : streams,
                window,
                Math.max(window, maxStreamWindow),
                newConnectionWindow == null ? connectionWindow : newConnectionWindow,
                maxHeadBytes,
                maxFields,
                streamsPerTurn,
                idleTimeout,
                headTimeout,
                trusted,
                pingInterval,
                pingTimeout,
                connectProtocol,
                mux,
                serverName);
    }

    /** With the limits of heads, the time-outs and the server name of a connection manager. */
    public Http2Options with(Http1Limits limits, Duration idle, Duration head, String server) {
        return new Http2Options(
                maxConcurrentStreams,
                streamWindow,
                maxStreamWindow,
                connectionWindow,
                limits.head(),
                limits.fields(),
                streamsPerTurn,
                idle,
                head,
                trusted,
                pingInterval,
                pingTimeout,
                connectProtocol,
                mux,
                server);
    }

    /** Asks a silent peer whether it is still there: it is given up after interval and time-out together. */
    public Http2Options withPings(Duration interval, Duration timeout) {
        return with(maxHeadBytes, maxFields, interval, timeout, connectProtocol, mux);
    }

    /**
     * For a connection between proxies of ours: {@code weft-mux}. The limits of heads are the sender's to enforce on whoever
     * it took them from; here they have room for what it adds and for HPACK's way of counting (32 bytes more for each field).
     */
    public Http2Options multiplexing(Mux carried) {
        int fields = maxFields + FIELDS_ADDED;
        int head = maxHeadBytes + 32 * fields + BYTES_ADDED;
        return with(head, fields, pingInterval, pingTimeout, true, carried);
    }

    /** Bytes of a frame's payload at most, received and sent. */
    int maxPayload() {
        return mux == Mux.OFF ? Http2Frame.MAX_PAYLOAD : Http2Frame.MUX_MAX_PAYLOAD;
    }

    /** With extended CONNECT allowed or not. */
    public Http2Options connectProtocol(boolean allowed) {
        return with(maxHeadBytes, maxFields, pingInterval, pingTimeout, allowed, mux);
    }

    private Http2Options with(
            int headBytes, int fields, Duration interval, Duration timeout, boolean connect, Mux carried) {
        return new Http2Options(
                maxConcurrentStreams,
                streamWindow,
                maxStreamWindow,
                connectionWindow,
                headBytes,
                fields,
                streamsPerTurn,
                idleTimeout,
                headTimeout,
                trusted,
                interval,
                timeout,
                connect,
                carried,
                serverName);
    }
}
