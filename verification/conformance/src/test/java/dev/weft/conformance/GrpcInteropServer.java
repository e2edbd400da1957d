package dev.weft.conformance;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.TestServiceImpl;
import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** The server of gRPC's interoperability suite, in plain text on every port it is told. */
final class GrpcInteropServer {
    private GrpcInteropServer() {}

    static void start(int port) throws IOException {
        ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
        Server unused = Grpc.newServerBuilderForPort(port, InsecureServerCredentials.create())
                .maxInboundMessageSize(AbstractInteropTest.MAX_MESSAGE_SIZE)
                .addService(ServerInterceptors.intercept(new TestServiceImpl(later), TestServiceImpl.interceptors()))
                .build()
                .start();
    }
}
