package dev.weft.codec;

import org.jspecify.annotations.Nullable;

/** What the peer has said in SETTINGS (RFC 9113 §6.5.2); the values before it said anything are the protocol's. */
final class Http2Peer {
    static final int HEADER_TABLE_SIZE = 1;
    static final int ENABLE_PUSH = 2;
    static final int MAX_CONCURRENT_STREAMS = 3;
    static final int INITIAL_WINDOW_SIZE = 4;
    static final int MAX_FRAME_SIZE = 5;
    static final int MAX_HEADER_LIST_SIZE = 6;
    static final int ENABLE_CONNECT_PROTOCOL = 8;

    private final int largestWanted;
    private int headerTableSize = 4096;
    private int maxConcurrentStreams = Integer.MAX_VALUE;
    private int initialWindow = Http2Windows.INITIAL;
    private int maxFrameSize = Http2Frame.MAX_PAYLOAD;
    private boolean connectProtocol;
    private boolean heard;
    private Http2Code code = Http2Code.NO_ERROR;

    /**
     * @param largestWanted bytes of a frame's payload to send at most, whatever the peer takes: small frames share a connection
     *     better
     */
    Http2Peer(int largestWanted) {
        this.largestWanted = largestWanted;
    }

    /** Takes a SETTINGS payload in; answers what is wrong, or null. The code is then {@link #code()}. */
    @Nullable
    String read(byte[] payload, int start, int end, boolean fromServer) {
        heard = true;
        for (int at = start; at < end; at += 6) {
            int id = (payload[at] & 0xff) << 8 | payload[at + 1] & 0xff;
            int value = (payload[at + 2] & 0xff) << 24
                    | (payload[at + 3] & 0xff) << 16
                    | (payload[at + 4] & 0xff) << 8
                    | payload[at + 5] & 0xff;
            String wrong = set(id, value, fromServer);
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }

    private @Nullable String set(int id, int value, boolean fromServer) {
        switch (id) {
            case HEADER_TABLE_SIZE -> headerTableSize = value < 0 ? Integer.MAX_VALUE : value;
            case ENABLE_PUSH -> {
                // RFC 9113 §6.5.2: a server must not send 1.
                if (value != 0 && (value != 1 || fromServer)) {
                    return wrong(Http2Code.PROTOCOL_ERROR);
                }
            }
            case MAX_CONCURRENT_STREAMS -> maxConcurrentStreams = value < 0 ? Integer.MAX_VALUE : value;
            case INITIAL_WINDOW_SIZE -> {
                if (value < 0) {
                    return wrong(Http2Code.FLOW_CONTROL_ERROR);
                }
                initialWindow = value;
            }
            case MAX_FRAME_SIZE -> {
                if (value < Http2Frame.MAX_PAYLOAD || value > 0xffffff) {
                    return wrong(Http2Code.PROTOCOL_ERROR);
                }
                maxFrameSize = Math.min(value, largestWanted);
            }
            case ENABLE_CONNECT_PROTOCOL -> {
                if (value != 0 && value != 1 || value == 0 && connectProtocol) { // RFC 8441 §3
                    return wrong(Http2Code.PROTOCOL_ERROR);
                }
                connectProtocol = value == 1;
            }
            default -> {} // unknown ones are ignored; the list size is advice we do not need (CVE-2026-50560)
        }
        return null;
    }

    private String wrong(Http2Code problem) {
        code = problem;
        return "http2.bad_settings";
    }

    Http2Code code() {
        return code;
    }

    /** Whether SETTINGS came at all: they must be the peer's first frame. */
    boolean isHeard() {
        return heard;
    }

    int headerTableSize() {
        return headerTableSize;
    }

    int maxConcurrentStreams() {
        return maxConcurrentStreams;
    }

    int initialWindow() {
        return initialWindow;
    }

    int maxFrameSize() {
        return maxFrameSize;
    }

    boolean takesConnectProtocol() {
        return connectProtocol;
    }
}
