package dev.weft.upstream;

import dev.weft.balance.HealthCheckState.Result;
import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.KnownHeader;
import dev.weft.http.ResponseHead;
import dev.weft.xdsmodel.HealthCheck;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** What the answer to a check over HTTP means: told its parts as they come, asked once it is complete. */
abstract sealed class CheckAnswer {
    static final byte[] DEGRADED = Ascii.bytes("x-envoy-degraded");
    static final byte[] IMMEDIATE_FAIL = Ascii.bytes("x-envoy-immediate-health-check-fail");

    int status;
    boolean asksToBeLeftOut;

    void head(ResponseHead head) {
        status = head.status();
        asksToBeLeftOut = head.headers().find(IMMEDIATE_FAIL, 0) >= 0;
    }

    /** The caller keeps the bytes. */
    void data(ByteBuf data) {}

    void trailers(HeaderBlock trailers) {}

    abstract Result result();

    /** For the log. */
    abstract String reason();

    static CheckAnswer to(HealthCheck.Kind check) {
        return check instanceof HealthCheck.Http http ? new Status(http) : new ServingStatus();
    }

    /** The status decides, and {@code x-envoy-degraded}. */
    private static final class Status extends CheckAnswer {
        private final HealthCheck.Http check;
        private boolean degraded;

        Status(HealthCheck.Http check) {
            this.check = check;
        }

        @Override
        void head(ResponseHead head) {
            super.head(head);
            degraded = head.headers().find(DEGRADED, 0) >= 0;
        }

        @Override
        Result result() {
            if (check.expected().stream().anyMatch(range -> range.contains(status))) {
                asksToBeLeftOut = false;
                return degraded ? Result.DEGRADED : Result.PASSED;
            }
            return check.retriable().stream().anyMatch(range -> range.contains(status))
                    ? Result.RETRIABLE
                    : Result.REFUSED;
        }

        @Override
        String reason() {
            return "status " + status;
        }
    }

    /** {@code HealthCheckResponse.status} must be SERVING, and the call OK. */
    private static final class ServingStatus extends CheckAnswer {
        private static final int FRAME_HEAD = 5; // whether it is compressed, and its length
        private static final int FIELD_STATUS = 1 << 3; // HealthCheckResponse.status = 1, varint
        private static final int SERVING = 1;
        private static final int MOST = 1024; // an answer has 7 bytes

        private final ByteBuf message = Unpooled.buffer(16);
        private @Nullable String grpcStatus;

        @Override
        void head(ResponseHead head) {
            super.head(head);
            grpcStatus = head.headers().text(KnownHeader.GRPC_STATUS);
        }

        @Override
        void data(ByteBuf data) {
            message.writeBytes(
                    data, data.readerIndex(), Math.min(data.readableBytes(), MOST - message.readableBytes()));
        }

        @Override
        void trailers(HeaderBlock trailers) {
            grpcStatus = trailers.text(KnownHeader.GRPC_STATUS);
        }

        @Override
        Result result() {
            return status == 200 && "0".equals(grpcStatus) && serving() == SERVING ? Result.PASSED : Result.REFUSED;
        }

        /** The status field, 0 (UNKNOWN) where it is absent, -1 where this is no such message. */
        private int serving() {
            if (message.readableBytes() < FRAME_HEAD || message.getByte(0) != 0) {
                return -1;
            }
            int length = message.getInt(1);
            if (length == 0) {
                return 0;
            }
            boolean whole = length == 2 && message.readableBytes() == FRAME_HEAD + length;
            return whole && message.getByte(FRAME_HEAD) == FIELD_STATUS ? message.getByte(FRAME_HEAD + 1) : -1;
        }

        @Override
        String reason() {
            if (status != 200) {
                return "status " + status;
            }
            return "0".equals(grpcStatus) ? "serving status " + serving() : "grpc-status " + grpcStatus;
        }
    }
}
