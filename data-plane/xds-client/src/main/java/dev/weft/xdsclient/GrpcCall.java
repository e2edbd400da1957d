package dev.weft.xdsclient;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One gRPC call: messages with their five-byte prefix both ways, the status from the trailers, an optional deadline.
 *
 * <p>Threads: confined to the connection's loop. After {@link Listener#closed} nothing more happens.
 */
final class GrpcCall {
    /** Answers of foreign control planes may be large; more than this is a fault. */
    static final int MAX_MESSAGE = 32 << 20;

    private static final int PREFIX = 5;
    private static final byte[] EMPTY = {};

    /** Who hears of the answer. */
    interface Listener {
        void message(byte[] message);

        /** The end, exactly once. */
        void closed(GrpcStatus status);
    }

    private final Listener listener;
    private final Http2Connection.Stream stream;
    private @Nullable Future<?> deadline;
    private long deadlineNanos; // only with a deadline
    private boolean headSeen;
    private boolean done;
    private boolean ended;

    private GrpcCall(Http2Connection connection, Map<String, String> headers, Listener listener) {
        this.listener = listener;
        this.stream = connection.open(headers, new Answer());
    }

    /**
     * Starts a call.
     *
     * @param method {@code /package.Service/Method}
     * @param metadata additional headers, lower-case names
     * @param timeout when to give up; null = never (a stream that lives as long as its connection)
     */
    static GrpcCall start(
            Http2Connection connection,
            GrpcTarget target,
            String method,
            Map<String, String> metadata,
            @Nullable Duration timeout,
            Listener listener) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(":method", "POST");
        headers.put(":scheme", target.tls() == null ? "http" : "https");
        headers.put(":authority", target.authority());
        headers.put(":path", method);
        headers.put("te", "trailers");
        headers.put("content-type", "application/grpc");
        headers.put("user-agent", "weft");
        if (timeout != null) {
            headers.put("grpc-timeout", timeout.toMillis() + "m");
        }
        headers.putAll(metadata);
        long startNanos = System.nanoTime();
        GrpcCall call = new GrpcCall(connection, headers, listener);
        if (timeout != null) {
            EventLoop loop = target.loop();
            call.deadlineNanos = startNanos + timeout.toNanos();
            call.deadline = loop.schedule(
                    () -> call.fail(GrpcStatus.DEADLINE_EXCEEDED, "no answer within " + timeout.toMillis() + " ms"),
                    timeout.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
        return call;
    }

    /** Sends one message. */
    void send(byte[] message) {
        write(message, false);
    }

    /** Sends the last message. */
    void sendLast(byte[] message) {
        write(message, true);
    }

    /** No further message from our side; the peer may still answer. */
    void halfClose() {
        if (!done && !ended) {
            ended = true;
            stream.write(Unpooled.EMPTY_BUFFER, true);
        }
    }

    private void write(byte[] message, boolean last) {
        if (done || ended) {
            return;
        }
        ended = last;
        ByteBuf frame = Unpooled.buffer(PREFIX + message.length);
        frame.writeByte(0).writeInt(message.length).writeBytes(message); // 0 = not compressed
        stream.write(frame, last);
    }

    /** Gives the call up; the listener hears CANCELLED. */
    void cancel(String why) {
        fail(GrpcStatus.CANCELLED, why);
    }

    private void fail(int code, String message) {
        if (!done) {
            stream.cancel();
            finish(new GrpcStatus(code, message));
        }
    }

    private void finish(GrpcStatus status) {
        if (done) {
            return;
        }
        done = true;
        if (deadline != null) {
            deadline.cancel(false);
        }
        listener.closed(status);
    }

    private final class Answer implements Http2Connection.StreamEvents {
        private final byte[] prefix = new byte[PREFIX];
        private byte @Nullable [] message; // being filled; null while the prefix is
        private int filled;

        @Override
        public void headers(Map<String, String> headers, boolean end) {
            if (done) {
                return;
            }
            String status = headers.getOrDefault("grpc-status", "");
            if (!status.isEmpty() && end) {
                finish(new GrpcStatus(code(status), decode(headers.getOrDefault("grpc-message", ""))));
                return;
            }
            if (headSeen || end) {
                finish(
                        headSeen
                                ? new GrpcStatus(GrpcStatus.INTERNAL, "trailers without a gRPC status")
                                : GrpcStatus.ofHttp(headers.getOrDefault(":status", "?")));
                return;
            }
            String http = headers.getOrDefault(":status", "");
            if (http.startsWith("1")) {
                return;
            }
            headSeen = true;
            String type = headers.getOrDefault("content-type", "");
            if (!http.equals("200")) {
                stream.cancel();
                finish(GrpcStatus.ofHttp(http));
            } else if (!type.startsWith("application/grpc")) {
                fail(GrpcStatus.UNKNOWN, "the answer is not gRPC but " + (type.isEmpty() ? "untyped" : type));
            }
        }

        @Override
        public void data(ByteBuf data, boolean end) {
            while (!done && data.isReadable()) {
                take(data);
            }
            if (end) {
                finish(new GrpcStatus(GrpcStatus.INTERNAL, "the answer ended without a status"));
            }
        }

        private void take(ByteBuf data) {
            byte[] target = message == null ? prefix : message;
            int count = Math.min(target.length - filled, data.readableBytes());
            data.readBytes(target, filled, count);
            filled += count;
            if (filled < target.length) {
                return;
            }
            filled = 0;
            if (message != null) {
                message = null;
                listener.message(target);
            } else if (prefix[0] != 0) {
                fail(GrpcStatus.INTERNAL, "compressed message although none was offered");
            } else {
                begin(ByteBuffer.wrap(prefix, 1, 4).getInt());
            }
        }

        private void begin(int length) {
            if (length < 0 || length > MAX_MESSAGE) {
                fail(GrpcStatus.RESOURCE_EXHAUSTED, "message larger than " + MAX_MESSAGE + " bytes");
            } else if (length == 0) {
                listener.message(EMPTY);
            } else {
                message = new byte[length];
            }
        }

        @Override
        public void broken(String reason) {
            // The server keeps the same deadline and may be the first to act on it.
            boolean late = deadline != null && System.nanoTime() - deadlineNanos >= 0;
            finish(new GrpcStatus(late ? GrpcStatus.DEADLINE_EXCEEDED : GrpcStatus.UNAVAILABLE, reason));
        }

        private static int code(String status) {
            try {
                return Integer.parseInt(status);
            } catch (NumberFormatException e) {
                return GrpcStatus.UNKNOWN;
            }
        }

        private static String decode(String message) {
            try {
                // Percent encoding as in URLs, except that '+' means itself.
                return URLDecoder.decode(message.replace("+", "%2B"), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                return message;
            }
        }
    }
}
