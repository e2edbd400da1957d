package dev.weft.xdsclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class GrpcCallTest {
    private static final String METHOD = "test.Echo/Talk";

    private final ControlLoop control = new ControlLoop();
    private final CompletableFuture<GrpcConnection> ready = new CompletableFuture<>();
    private final CompletableFuture<String> connectionEnd = new CompletableFuture<>();
    private final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<GrpcStatus> end = new CompletableFuture<>();
    private FakeGrpcServer server;
    private GrpcTarget target;

    @BeforeEach
    void connect() throws Exception {
        server = new FakeGrpcServer(METHOD);
        target = control.target(server.port());
        control.run(() -> GrpcConnection.open(target, new Observed()));
    }

    @AfterEach
    void close() {
        server.close();
        control.close();
    }

    private final class Observed implements GrpcConnection.Events {
        @Override
        public void ready(GrpcConnection connection) {
            ready.complete(connection);
        }

        @Override
        public void goingAway(String reason) {}

        @Override
        public void closed(String reason) {
            connectionEnd.complete(reason);
        }
    }

    private GrpcCall call(Map<String, String> metadata, Duration timeout) throws Exception {
        return call("/" + METHOD, metadata, timeout);
    }

    private GrpcCall call(String method, Map<String, String> metadata, Duration timeout) throws Exception {
        GrpcConnection connection = ready.get(10, TimeUnit.SECONDS);
        return control.on(() -> GrpcCall.start(connection, method, metadata, timeout, new GrpcCall.Listener() {
            @Override
            public void message(byte[] message) {
                messages.add(message);
            }

            @Override
            public void closed(GrpcStatus status) {
                end.complete(status);
            }
        }));
    }

    private String message() throws InterruptedException {
        return new String(messages.poll(10, TimeUnit.SECONDS), StandardCharsets.UTF_8);
    }

    private GrpcStatus end() throws Exception {
        return end.get(10, TimeUnit.SECONDS);
    }

    @Test
    void bothSidesTalkUntilTheServerEnds() throws Exception {
        GrpcCall call = call(Map.of("weft.identity", "me"), null);
        control.run(() -> call.send("one".getBytes(StandardCharsets.UTF_8)));
        FakeGrpcServer.Call served = server.call();
        assertThat(new String(served.next(), StandardCharsets.UTF_8)).isEqualTo("one");
        assertThat(served.metadata.get(Metadata.Key.of("weft.identity", Metadata.ASCII_STRING_MARSHALLER)))
                .isEqualTo("me");
        served.send("eins".getBytes(StandardCharsets.UTF_8));
        served.send(new byte[0]);
        assertThat(message()).isEqualTo("eins");
        assertThat(message()).isEmpty();
        control.run(() -> call.sendLast("two".getBytes(StandardCharsets.UTF_8)));
        assertThat(new String(served.next(), StandardCharsets.UTF_8)).isEqualTo("two");
        assertThat(served.end()).isEqualTo("half-closed");
        served.finish(Status.OK);
        assertThat(end()).isEqualTo(new GrpcStatus(GrpcStatus.OK, ""));
    }

    @Test
    void largeMessagesCrossTheWindows() throws Exception {
        byte[] large = new byte[9 << 20];
        large[large.length - 1] = 7;
        GrpcCall call = call(Map.of(), null);
        FakeGrpcServer.Call served = server.call();
        served.send(large);
        assertThat(messages.poll(20, TimeUnit.SECONDS)).isEqualTo(large);
        byte[] ours = new byte[3 << 20];
        control.run(() -> call.send(ours));
        assertThat(served.next()).hasSize(ours.length);
    }

    @Test
    void failureCarriesCodeAndDecodedMessage() throws Exception {
        call(Map.of(), null);
        server.call().finish(Status.PERMISSION_DENIED.withDescription("not für 100% you"));
        assertThat(end()).isEqualTo(new GrpcStatus(GrpcStatus.PERMISSION_DENIED, "not für 100% you"));
        assertThat(end().toString()).isEqualTo("PERMISSION_DENIED: not für 100% you");
    }

    @Test
    void unknownMethodIsUnimplemented() throws Exception {
        call("/test.Echo/Missing", Map.of(), null);
        assertThat(end().code()).isEqualTo(GrpcStatus.UNIMPLEMENTED);
    }

    @Test
    void deadlineEndsTheCallOnBothSides() throws Exception {
        call(Map.of(), Duration.ofMillis(200));
        FakeGrpcServer.Call served = server.call();
        assertThat(end().code()).isEqualTo(GrpcStatus.DEADLINE_EXCEEDED);
        assertThat(served.end()).isEqualTo("cancelled");
    }

    @Test
    void deadServerEndsCallAndConnection() throws Exception {
        call(Map.of(), null);
        server.call();
        server.close();
        assertThat(end().code()).isEqualTo(GrpcStatus.UNAVAILABLE);
        assertThat(connectionEnd.get(10, TimeUnit.SECONDS)).isNotEmpty();
    }
}
