package dev.weft.xdsclient;

import dev.weft.base.ProtoReader;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A real grpc-java server whose calls a test answers by hand, message bytes by message bytes. */
final class FakeGrpcServer implements AutoCloseable {
    /** One call as the server sees it. */
    static final class Call {
        final String method;
        final Metadata metadata;
        final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
        final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
        private final ServerCall<byte[], byte[]> call;

        Call(ServerCall<byte[], byte[]> call, Metadata metadata) {
            this.call = call;
            this.metadata = metadata;
            this.method = call.getMethodDescriptor().getFullMethodName();
            call.sendHeaders(new Metadata());
            call.request(1000);
        }

        void send(byte[] message) {
            call.sendMessage(message);
        }

        void finish(Status status) {
            call.close(status, new Metadata());
        }

        /** The next message of the client; fails when none comes within ten seconds. */
        byte[] next() throws InterruptedException {
            byte[] message = received.poll(10, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("no message from the client");
            }
            return message;
        }

        ProtoReader nextMessage() throws InterruptedException {
            return new ProtoReader(next());
        }

        /** How the client ended: {@code half-closed} or {@code cancelled}. */
        String end() throws InterruptedException {
            String end = ends.poll(10, TimeUnit.SECONDS);
            if (end == null) {
                throw new AssertionError("the client did not end the call");
            }
            return end;
        }
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

    final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
    final List<Call> all = new CopyOnWriteArrayList<>();
    private final Server server;

    FakeGrpcServer(String... methods) throws IOException {
        this(0, builder -> builder, methods);
    }

    FakeGrpcServer(int port, UnaryOperator<NettyServerBuilder> options, String... methods) throws IOException {
        NettyServerBuilder builder =
                options.apply(NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", port)));
        for (String method : methods) {
            String service = method.substring(0, method.lastIndexOf('/'));
            builder.addService(ServerServiceDefinition.builder(service)
                    .addMethod(ServerMethodDefinition.create(descriptor(method), handler()))
                    .build());
        }
        server = builder.build().start();
    }

    private static MethodDescriptor<byte[], byte[]> descriptor(String method) {
        return MethodDescriptor.newBuilder(new Bytes(), new Bytes())
                .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                .setFullMethodName(method)
                .build();
    }

    private ServerCallHandler<byte[], byte[]> handler() {
        return (serverCall, metadata) -> {
            Call call = new Call(serverCall, metadata);
            all.add(call);
            calls.add(call);
            return new ServerCall.Listener<>() {
                @Override
                public void onMessage(byte[] message) {
                    call.received.add(message);
                }

                @Override
                public void onHalfClose() {
                    call.ends.add("half-closed");
                }

                @Override
                public void onCancel() {
                    call.ends.add("cancelled");
                }
            };
        };
    }

    int port() {
        return server.getPort();
    }

    /** The next call; fails when none comes within ten seconds. */
    Call call() throws InterruptedException {
        Call call = calls.poll(10, TimeUnit.SECONDS);
        if (call == null) {
            throw new AssertionError("no call");
        }
        return call;
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
