package dev.weft.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A backend that answers each request with the lines of its head, exactly as they came, and says in {@code via} that a proxy
 * stands before it. Requests must have no body.
 */
final class HeadBackend implements AutoCloseable {
    private final ServerSocket listener;

    private HeadBackend(ServerSocket listener) {
        this.listener = listener;
    }

    static HeadBackend start() {
        try {
            HeadBackend backend = new HeadBackend(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
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

    private static void serve(Socket socket) {
        try (socket) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            socket.setTcpNoDelay(true);
            StringBuilder head = new StringBuilder();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (!line.isEmpty()) {
                    head.append(line).append('\n');
                    continue;
                }
                String answer = "HTTP/1.1 200 OK\r\nVia: 1.1 backend\r\nContent-Length: " + head.length() + "\r\n\r\n";
                socket.getOutputStream().write((answer + head).getBytes(StandardCharsets.ISO_8859_1));
                head.setLength(0);
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
