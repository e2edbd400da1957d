package dev.weft.testkit;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * A tunnel over stream 1 of an HTTP/2 connection of its own (RFC 9113 8.5), frame by frame. Windows are kept to on both
 * sides: nothing is sent beyond the peer's, and credit is given for what was read here.
 */
final class Http2TunnelClient implements TunnelClient {
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int WINDOW_UPDATE = 8;
    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int PADDED = 8;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int CANCEL = 8;
    private static final int WINDOW = 65_535;
    private static final int MAX_PAYLOAD = 16_384;

    private final Socket socket;
    private final DataOutputStream out; // guarded by itself
    private final int timeoutMillis;
    private final ArrayDeque<byte[]> received = new ArrayDeque<>(); // guarded by this, as all below
    private int taken; // of the first of them
    private int status;
    private boolean ended;
    private boolean gone; // the stream was reset or the connection is lost
    private int resetCode = -1;
    private long streamWindow = WINDOW;
    private long connectionWindow = WINDOW;
    private int initialWindow = WINDOW;

    Http2TunnelClient(int port, String authority, boolean webSocket, int timeoutMillis) throws IOException {
        this.timeoutMillis = timeoutMillis;
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        try {
            socket.setTcpNoDelay(true);
            out = new DataOutputStream(socket.getOutputStream());
            out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            frame(SETTINGS, 0, 0, new byte[0]);
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            literal(block, ":method", "CONNECT");
            literal(block, ":authority", authority);
            if (webSocket) {
                literal(block, ":protocol", "websocket");
                literal(block, ":scheme", "http");
                literal(block, ":path", "/");
            }
            frame(HEADERS, END_HEADERS, 1, block.toByteArray());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            Thread.ofVirtual().start(() -> read(in));
            awaitStatus();
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** A field that no table is to remember, not compressed (RFC 7541 6.2.3). */
    private static void literal(ByteArrayOutputStream block, String name, String value) {
        block.write(0x10);
        for (String text : new String[] {name, value}) {
            block.write(text.length());
            block.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        frame(type, flags, stream, payload, 0, payload.length);
    }

    private void frame(int type, int flags, int stream, byte[] payload, int offset, int length) throws IOException {
        synchronized (out) {
            out.writeByte(length >> 16);
            out.writeShort(length);
            out.writeByte(type);
            out.writeByte(flags);
            out.writeInt(stream);
            out.write(payload, offset, length);
            out.flush();
        }
    }

    private static byte[] int32(int value) {
        return new byte[] {(byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value};
    }

    private static int int32(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | bytes[at + 3] & 0xff;
    }

    // What comes.

    private void read(DataInputStream in) {
        try {
            while (true) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                int flags = in.readUnsignedByte();
                int stream = in.readInt();
                handle(type, flags, stream, in.readNBytes(length));
            }
        } catch (IOException e) {
            synchronized (this) {
                gone = true;
                notifyAll();
            }
        }
    }

    private void handle(int type, int flags, int stream, byte[] payload) throws IOException {
        if ((type == SETTINGS || type == PING) && (flags & ACK) == 0) {
            if (type == SETTINGS) {
                settings(payload);
            }
            frame(type, ACK, 0, type == PING ? payload : new byte[0]);
            return;
        }
        synchronized (this) {
            switch (type) {
                case HEADERS -> {
                    status = status == 0 ? status(payload) : status;
                    ended |= (flags & END_STREAM) != 0;
                }
                case DATA -> {
                    if ((flags & PADDED) != 0) {
                        throw new IOException("padding is not understood here");
                    }
                    received.add(payload);
                    ended |= (flags & END_STREAM) != 0;
                }
                case RST_STREAM -> {
                    resetCode = int32(payload, 0);
                    gone = true;
                }
                case WINDOW_UPDATE -> {
                    if (stream == 0) {
                        connectionWindow += int32(payload, 0);
                    } else {
                        streamWindow += int32(payload, 0);
                    }
                }
                default -> {}
            }
            notifyAll();
        }
    }

    private synchronized void settings(byte[] payload) {
        for (int at = 0; at < payload.length; at += 6) {
            if ((payload[at] << 8 | payload[at + 1]) == INITIAL_WINDOW_SIZE) {
                int wanted = int32(payload, at + 2);
                streamWindow += wanted - initialWindow;
                initialWindow = wanted;
            }
        }
        notifyAll();
    }

    /** The first field of a response, as HPACK may say it: from the static table, or by its digits, Huffman-coded or not. */
    private static int status(byte[] block) throws IOException {
        int at = 0;
        while ((block[at] & 0xe0) == 0x20) {
            at++; // a new size of the dynamic table
        }
        int first = block[at] & 0xff;
        if ((first & 0x80) != 0) {
            return switch (first & 0x7f) {
                case 8 -> 200;
                case 9 -> 204;
                case 10 -> 206;
                case 11 -> 304;
                case 12 -> 400;
                case 13 -> 404;
                case 14 -> 500;
                default -> throw new IOException("no status: " + first);
            };
        }
        int length = block[at + 1] & 0x7f;
        if ((block[at + 1] & 0x80) == 0) {
            return Integer.parseInt(new String(block, at + 2, length, StandardCharsets.ISO_8859_1));
        }
        int value = 0;
        int bit = (at + 2) * 8;
        for (int digit = 0; digit < 3; digit++) {
            // RFC 7541 appendix B: 0, 1 and 2 have five bits, the other digits six.
            int five = bits(block, bit, 5);
            value = value * 10 + (five <= 2 ? five : bits(block, bit, 6) - 0x19 + 3);
            bit += five <= 2 ? 5 : 6;
        }
        return value;
    }

    private static int bits(byte[] bytes, int from, int count) {
        int value = 0;
        for (int i = from; i < from + count; i++) {
            value = value << 1 | bytes[i / 8] >> (7 - i % 8) & 1;
        }
        return value;
    }

    // The tunnel.

    private synchronized void awaitStatus() throws IOException {
        while (status == 0 && !gone) {
            pause();
        }
    }

    /** Until something changes. */
    private void pause() throws IOException {
        long begun = System.nanoTime();
        try {
            wait(timeoutMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        if (System.nanoTime() - begun >= TimeUnit.MILLISECONDS.toNanos(timeoutMillis)) {
            throw new SocketTimeoutException("nothing comes");
        }
    }

    @Override
    public synchronized int status() {
        return status;
    }

    @Override
    public void send(byte[] bytes, int offset, int length) throws IOException {
        int at = offset;
        while (at < offset + length) {
            int n = reserve(Math.min(MAX_PAYLOAD, offset + length - at));
            frame(DATA, 0, 1, bytes, at, n);
            at += n;
        }
    }

    private synchronized int reserve(int wanted) throws IOException {
        while (!gone && Math.min(streamWindow, connectionWindow) <= 0) {
            pause();
        }
        if (gone) {
            throw new IOException("reset");
        }
        int n = (int) Math.min(wanted, Math.min(streamWindow, connectionWindow));
        streamWindow -= n;
        connectionWindow -= n;
        return n;
    }

    @Override
    public void end() throws IOException {
        frame(DATA, END_STREAM, 1, new byte[0]);
    }

    @Override
    public InputStream in() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return length == 0 ? 0 : take(into, offset, length);
            }
        };
    }

    private int take(byte[] into, int offset, int length) throws IOException {
        int n;
        boolean open;
        synchronized (this) {
            while (true) {
                byte[] first = received.peek();
                if (first != null && taken < first.length) {
                    n = Math.min(length, first.length - taken);
                    System.arraycopy(first, taken, into, offset, n);
                    taken += n;
                    open = !ended && !gone;
                    break;
                }
                if (first != null) {
                    received.remove();
                    taken = 0;
                } else if (ended) {
                    return -1;
                } else if (gone) {
                    throw new IOException("reset");
                } else {
                    pause();
                }
            }
        }
        if (open) {
            giveCredit(n);
        }
        return n;
    }

    private void giveCredit(int n) {
        try {
            frame(WINDOW_UPDATE, 0, 0, int32(n));
            frame(WINDOW_UPDATE, 0, 1, int32(n));
        } catch (IOException e) {
            return; // the end of the connection is behind what has come already
        }
    }

    @Override
    public void reset() throws IOException {
        frame(RST_STREAM, 0, 1, int32(CANCEL));
    }

    @Override
    public synchronized int resetCode() {
        return resetCode;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
