package dev.weft.control;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.X509Certificate;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Ends a stream when the certificate its connection was made with ends: the peer comes back over a new connection with the
 * one it holds now.
 */
final class CertificateEnd {
    private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("certificate-end").daemon().factory());

    static final ServerInterceptor INTERCEPTOR = new ServerInterceptor() {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            X509Certificate certificate = Peer.current().certificate();
            if (certificate == null) {
                return next.startCall(call, headers);
            }
            return limited(call, headers, next, certificate.getNotAfter().getTime() - System.currentTimeMillis());
        }
    };

    private CertificateEnd() {}

    private static <Q, A> ServerCall.Listener<Q> limited(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next, long millis) {
        Status over = Status.UNAUTHENTICATED.withDescription("certificate ended");
        if (millis <= 0) {
            call.close(over, new Metadata());
            return new ServerCall.Listener<>() {};
        }
        Closing<Q, A> closing = new Closing<>(call);
        ServerCall.Listener<Q> listener = next.startCall(closing, headers);
        ScheduledFuture<?> end =
                TIMER.schedule(() -> closing.close(over, new Metadata()), millis, TimeUnit.MILLISECONDS);
        return new io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener<>(listener) {
            @Override
            public void onCancel() {
                end.cancel(false);
                super.onCancel();
            }

            @Override
            public void onComplete() {
                end.cancel(false);
                super.onComplete();
            }
        };
    }

    /** A call that may be closed by its handler and by the clock: the first one counts. */
    private static final class Closing<Q, A> extends io.grpc.ForwardingServerCall.SimpleForwardingServerCall<Q, A> {
        private boolean closed; // guarded by this

        Closing(ServerCall<Q, A> call) {
            super(call);
        }

        @Override
        public synchronized void sendMessage(A message) {
            if (!closed) {
                super.sendMessage(message);
            }
        }

        @Override
        public synchronized void close(Status status, Metadata trailers) {
            if (!closed) {
                closed = true;
                super.close(status, trailers);
            }
        }
    }
}
