package dev.weft.control;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/**
 * Says in every answer what time it is here (RFC 9110 section 6.6.1), refusals included: a machine whose clock is off learns
 * it before its certificates are not valid.
 */
final class Dated {
    static final ServerInterceptor INTERCEPTOR = new ServerInterceptor() {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            return next.startCall(new Answering<>(call), headers);
        }
    };

    private static final Metadata.Key<String> DATE = Metadata.Key.of("date", Metadata.ASCII_STRING_MARSHALLER);

    private Dated() {}

    /** One call; gRPC calls one method at a time. */
    private static final class Answering<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private boolean begun;

        Answering(ServerCall<Q, A> call) {
            super(call);
        }

        @Override
        public void sendHeaders(Metadata headers) {
            begun = true;
            date(headers);
            super.sendHeaders(headers);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (!begun) {
                date(trailers); // the answer is its trailers alone
            }
            super.close(status, trailers);
        }

        private static void date(Metadata metadata) {
            metadata.discardAll(DATE);
            metadata.put(DATE, DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)));
        }
    }
}
