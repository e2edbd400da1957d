package dev.weft.conformance;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** {@code grpc.health.v1.Health/Check} on grpc-java: a status for each service it knows, NOT_FOUND for others. */
final class GrpcHealthServer implements AutoCloseable {
    private static final int FIELD_1_TEXT = 1 << 3 | 2;
    private static final int FIELD_1_NUMBER = 1 << 3;

    private final Server server;

    /** @param statuses {@code HealthCheckResponse.ServingStatus} by service; null = the server has no health service */
    GrpcHealthServer(@org.jspecify.annotations.Nullable Map<String, Integer> statuses) throws IOException {
        var builder = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create());
        if (statuses != null) {
            MethodDescriptor<byte[], byte[]> check = MethodDescriptor.<byte[], byte[]>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName("grpc.health.v1.Health/Check")
                    .setRequestMarshaller(new Bytes())
                    .setResponseMarshaller(new Bytes())
                    .build();
            builder.addService(ServerServiceDefinition.builder("grpc.health.v1.Health")
                    .addMethod(check, ServerCalls.asyncUnaryCall((request, answer) -> {
                        Integer status = statuses.get(service(request));
                        if (status == null) {
                            answer.onError(Status.NOT_FOUND.asRuntimeException());
                        } else {
                            answer.onNext(status == 0 ? new byte[0] : new byte[] {FIELD_1_NUMBER, status.byteValue()});
                            answer.onCompleted();
                        }
                    }))
                    .build());
        }
        server = builder.build().start();
    }

    private static String service(byte[] request) {
        if (request.length == 0) {
            return "";
        }
        if (request[0] != FIELD_1_TEXT || request[1] != request.length - 2) {
            throw new IllegalArgumentException("no HealthCheckRequest with a short name");
        }
        return new String(request, 2, request.length - 2, StandardCharsets.UTF_8);
    }

    int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
