package dev.weft.control;

import dev.weft.base.SpiffeId;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;

/** Lets workloads in and nobody else: a host credential is good for certificates only. */
final class CertifiedOnly {
    private static final ServerInterceptor INTERCEPTOR = new ServerInterceptor() {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            SpiffeId identity = Peer.current().identity();
            if (identity == null || identity.serviceAccount() == null) {
                call.close(Status.UNAUTHENTICATED.withDescription("a workload certificate is needed"), new Metadata());
                return new ServerCall.Listener<>() {};
            }
            return next.startCall(call, headers);
        }
    };

    private CertifiedOnly() {}

    static ServerServiceDefinition wrap(ServerServiceDefinition service) {
        return ServerInterceptors.interceptForward(service, INTERCEPTOR);
    }
}
