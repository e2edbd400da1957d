package dev.weft.conformance;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** Answers whatever it is asked with a body that does not end, as fast as it is taken. */
final class EndlessBackend implements AutoCloseable {
    private final ServerSocket listener;
    private final AtomicLong written = new AtomicLong();

    private EndlessBackend(ServerSocket listener) {
        this.listener = listener;
    }

    static EndlessBackend start() throws IOException {
        EndlessBackend backend = new EndlessBackend(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        Thread.ofPlatform().daemon().start(backend::accept);
        return backend;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                Thread.ofPlatform().daemon().start(() -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            int unused = socket.getInputStream().read();
            OutputStream out = socket.getOutputStream();
            out.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] some = new byte[64 * 1024];
            for (; ; ) {
                out.write(some);
                written.addAndGet(some.length);
            }
        } catch (IOException e) {
            return; // who read has gone
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Bytes of bodies that were taken so far. */
    long written() {
        return written.get();
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
