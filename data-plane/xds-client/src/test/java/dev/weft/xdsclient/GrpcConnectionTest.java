package dev.weft.xdsclient;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Peers that do not, or no longer, behave like a gRPC server. */
@Timeout(30)
class GrpcConnectionTest implements GrpcConnection.Events, GrpcCall.Listener {
    private static final byte[] EMPTY_SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};

    private final ControlLoop control = new ControlLoop();
    private final CompletableFuture<GrpcConnection> ready = new CompletableFuture<>();
    private final CompletableFuture<String> closed = new CompletableFuture<>();
    private final CompletableFuture<GrpcStatus> callEnd = new CompletableFuture<>();

    @AfterEach
    void close() {
        control.close();
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    private void open(GrpcTarget target) {
        control.run(() -> GrpcConnection.open(target, this));
    }

    private String closed() throws Exception {
        return closed.get(10, TimeUnit.SECONDS);
    }

    @Test
    void aPeerThatNeverSpeaksIsGivenUp() throws Exception {
        try (ServerSocket silent = listen()) {
            open(control.target(silent.getLocalPort(), Duration.ofMillis(100)));
            assertThat(closed()).isEqualTo("http2.ping_timeout");
            assertThat(ready).isNotDone();
        }
    }

    @Test
    void aPeerThatFallsSilentEndsItsCalls() throws Exception {
        try (ServerSocket server = listen()) {
            open(control.target(server.getLocalPort(), Duration.ofMillis(500)));
            try (Socket peer = server.accept()) {
                peer.getOutputStream().write(EMPTY_SETTINGS);
                call(ready.get(10, TimeUnit.SECONDS));
                assertThat(callEnd.get(10, TimeUnit.SECONDS))
                        .isEqualTo(new GrpcStatus(GrpcStatus.UNAVAILABLE, "http2.ping_timeout"));
                assertThat(closed()).isEqualTo("http2.ping_timeout");
            }
        }
    }

    @Test
    void aCallOnAConnectionThatEndsIsRefused() throws Exception {
        try (ServerSocket server = listen()) {
            open(control.target(server.getLocalPort()));
            try (Socket peer = server.accept()) {
                peer.getOutputStream().write(EMPTY_SETTINGS);
                GrpcConnection connection = ready.get(10, TimeUnit.SECONDS);
                control.run(() -> {
                    connection.close("enough");
                    GrpcCall.start(connection, "/test.Echo/Talk", Map.of(), null, this)
                            .sendLast(new byte[1]);
                });
                assertThat(callEnd.get(10, TimeUnit.SECONDS).code()).isEqualTo(GrpcStatus.UNAVAILABLE);
                assertThat(closed()).isEqualTo("enough");
            }
        }
    }

    @Test
    void aServerOfHttp1IsNoPeer() throws Exception {
        try (ServerSocket server = listen()) {
            open(control.target(server.getLocalPort()));
            try (Socket peer = server.accept()) {
                peer.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes());
                assertThat(closed()).startsWith("http2.");
                assertThat(ready).isNotDone();
            }
        }
    }

    @Test
    void nobodyListeningIsToldOnce() throws Exception {
        int port;
        try (ServerSocket socket = listen()) {
            port = socket.getLocalPort();
        }
        open(control.target(port));
        assertThat(closed()).contains("refused");
    }

    private void call(GrpcConnection connection) {
        control.run(() -> GrpcCall.start(connection, "/test.Echo/Talk", Map.of(), null, this));
    }

    @Override
    public void ready(GrpcConnection connection) {
        ready.complete(connection);
    }

    @Override
    public void goingAway(String reason) {}

    @Override
    public void closed(String reason) {
        if (!closed.complete(reason)) {
            throw new AssertionError("told twice: " + reason);
        }
    }

    @Override
    public void message(byte[] message) {}

    @Override
    public void closed(GrpcStatus status) {
        callEnd.complete(status);
    }
}
