package dev.weft.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A backend that answers every request with the same bytes and closes; what a broken application does. */
final class BadBackend implements AutoCloseable {
    private final ServerSocket listener;
    private final byte[] answer;
    private final boolean reset;

    private BadBackend(ServerSocket listener, byte[] answer, boolean reset) {
        this.listener = listener;
        this.answer = answer;
        this.reset = reset;
    }

    /** Closes in order after {@code answer}. */
    static BadBackend answering(String answer) {
        return start(answer, false);
    }

    /** Sends nothing and resets the connection once it has read a request. */
    static BadBackend resetting() {
        return start("", true);
    }

    private static BadBackend start(String answer, boolean reset) {
        try {
            ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            BadBackend backend = new BadBackend(listener, answer.getBytes(StandardCharsets.ISO_8859_1), reset);
            Thread.ofVirtual().start(backend::accept);
            return backend;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                // Closed: the test is over.
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            if (socket.getInputStream().read(new byte[65536]) > 0) {
                socket.getOutputStream().write(answer);
                if (reset) {
                    socket.setSoLinger(true, 0);
                }
            }
        } catch (IOException e) {
            // The proxy went away first.
            return;
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
