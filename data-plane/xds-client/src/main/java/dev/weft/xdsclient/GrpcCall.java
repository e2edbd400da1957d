package dev.weft.xdsclient;

import dev.weft.codec.Http2ClientConnection;
import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.http.Upstream;
import dev.weft.http.UpstreamListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
    private static final int HEAD_CAPACITY = 512;
    private static final String POST = "POST";
    private static final String CONTENT_TYPE = "application/grpc";
    private static final byte[] GRPC_MESSAGE = Ascii.bytes("grpc-message");
    private static final byte[] EMPTY = {};

    /** Who hears of the answer. */
    interface Listener {
        void message(byte[] message);

        /** The end, exactly once. */
        void closed(GrpcStatus status);
    }

    private final Listener listener;
    private final EventLoop loop;
    private final @Nullable Upstream stream; // null = the connection took no more
    private @Nullable Future<?> deadline;
    private long deadlineNanos; // only with a deadline
    private boolean done;
    private boolean ended;

    private GrpcCall(GrpcConnection connection, RequestHead head, Listener listener) {
        this.listener = listener;
        this.loop = connection.target().loop();
        Http2ClientConnection http2 = connection.http2();
        this.stream = http2.room() > 0 ? http2.start(new Answer(), head, false, false) : null;
        if (stream == null) {
            loop.execute(() -> finish(new GrpcStatus(GrpcStatus.UNAVAILABLE, "the connection takes no more calls")));
        }
    }

    /**
     * Starts a call. The listener hears of it later, never from within this call.
     *
     * @param method {@code /package.Service/Method}
     * @param metadata additional headers, lower-case names
     * @param timeout when to give up; null = never (a stream that lives as long as its connection)
     */
    static GrpcCall start(
            GrpcConnection connection,
            String method,
            Map<String, String> metadata,
            @Nullable Duration timeout,
            Listener listener) {
        RequestHead head = head(method, connection.target().authority());
        HeaderBlock headers = head.headers();
        add(headers, "te", "trailers");
        add(headers, "content-type", CONTENT_TYPE);
        add(headers, "user-agent", "weft");
        if (timeout != null) {
            add(headers, "grpc-timeout", timeout.toMillis() + "m");
        }
        metadata.forEach((name, value) -> add(headers, name, value));
        long startNanos = System.nanoTime();
        GrpcCall call = new GrpcCall(connection, head, listener);
        if (timeout != null) {
            call.deadlineNanos = startNanos + timeout.toNanos();
            call.deadline = call.loop.schedule(
                    () -> call.fail(GrpcStatus.DEADLINE_EXCEEDED, "no answer within " + timeout.toMillis() + " ms"),
                    timeout.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
        return call;
    }

    private static RequestHead head(String method, String authority) {
        RequestHead head = new RequestHead(HEAD_CAPACITY);
        HeaderBlock block = head.headers();
        byte[] line = Ascii.bytes(POST + method + authority);
        int start = block.reserve(line.length);
        System.arraycopy(line, 0, block.bytes(), start, line.length);
        block.advance(line.length);
        int target = start + POST.length();
        int host = target + method.length();
        head.method(start, target);
        head.target(target, host);
        head.authority(host, start + line.length);
        return head;
    }

    private static void add(HeaderBlock headers, String name, String value) {
        headers.add(Ascii.bytes(name), Ascii.bytes(value));
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
        if (stream != null && !done && !ended) {
            ended = true;
            stream.writeData(Unpooled.EMPTY_BUFFER, true);
            stream.flush();
        }
    }

    private void write(byte[] message, boolean last) {
        if (stream == null || done || ended) {
            return;
        }
        ended = last;
        ByteBuf frame = Unpooled.buffer(PREFIX + message.length);
        frame.writeByte(0).writeInt(message.length).writeBytes(message); // 0 = not compressed
        stream.writeData(frame, last);
        stream.flush();
    }

    /** Gives the call up; the listener hears CANCELLED. */
    void cancel(String why) {
        fail(GrpcStatus.CANCELLED, why);
    }

    private void fail(int code, String message) {
        if (!done) {
            if (stream != null) {
                stream.cancel();
            }
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

    /** The answer as it arrives. */
    private final class Answer implements UpstreamListener {
        private final byte[] prefix = new byte[PREFIX];
        private byte @Nullable [] message; // being filled; null while the prefix is
        private int filled;

        @Override
        public void informational(ResponseHead head) {}

        @Override
        public void responseHead(ResponseHead head, boolean end) {
            GrpcStatus status = end ? status(head.headers()) : null;
            String type = head.headers().text(KnownHeader.CONTENT_TYPE);
            if (status != null) {
                finish(status); // an answer of trailers only
            } else if (end) {
                finish(GrpcStatus.ofHttp(head.status()));
            } else if (head.status() != 200) {
                GrpcStatus http = GrpcStatus.ofHttp(head.status());
                fail(http.code(), http.message());
            } else if (type == null || !type.startsWith(CONTENT_TYPE)) {
                fail(GrpcStatus.UNKNOWN, "the answer is not gRPC but " + (type == null ? "untyped" : type));
            }
        }

        @Override
        public void responseData(ByteBuf data, boolean end) {
            while (!done && data.isReadable()) {
                take(data);
            }
            data.release();
        }

        @Override
        public void responseTrailers(HeaderBlock trailers) {
            GrpcStatus status = status(trailers);
            finish(status != null ? status : new GrpcStatus(GrpcStatus.INTERNAL, "trailers without a gRPC status"));
        }

        @Override
        public void responseFlush() {}

        /** Requests are small and few: what the peer does not take at once waits. */
        @Override
        public void upstreamWritable(boolean writable) {}

        @Override
        public void done() {
            finish(new GrpcStatus(GrpcStatus.INTERNAL, "the answer ended without a status"));
        }

        @Override
        public void failed(Failure failure, String details) {
            // The server keeps the same deadline and may be the first to act on it.
            boolean late = deadline != null && System.nanoTime() - deadlineNanos >= 0;
            finish(new GrpcStatus(late ? GrpcStatus.DEADLINE_EXCEEDED : GrpcStatus.UNAVAILABLE, details));
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

        private static @Nullable GrpcStatus status(HeaderBlock headers) {
            String status = headers.text(KnownHeader.GRPC_STATUS);
            int message = headers.find(GRPC_MESSAGE, 0);
            return status == null
                    ? null
                    : new GrpcStatus(code(status), message < 0 ? "" : decode(headers.value(message)));
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
