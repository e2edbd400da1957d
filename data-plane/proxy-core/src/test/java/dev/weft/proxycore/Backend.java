package dev.weft.proxycore;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on loopback whose answers a test writes byte by byte. A thread per connection. */
final class Backend implements Closeable {
    /** Speaks on one connection. */
    @FunctionalInterface
    interface Script {
        void run(Connection connection) throws IOException;
    }

    private final ServerSocket server;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    final List<String> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();

    Backend(Script script) {
        try {
            server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.startVirtualThread(() -> accept(script));
    }

    /** Answers every request with the same body. */
    static Backend answering(String body) {
        return new Backend(connection -> {
            while (connection.readRequest() != null) {
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            }
        });
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept(Script script) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                connections.incrementAndGet();
                Thread.startVirtualThread(() -> serve(script, socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Script script, Socket socket) {
        try (socket) {
            script.run(new Connection(socket));
        } catch (IOException e) {
            // the proxy closed: part of many tests
        }
    }

    /** Breaks all connections and listens no more. */
    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One accepted connection. */
    final class Connection {
        final Socket socket;
        final InputStream in;
        final OutputStream out;

        Connection(Socket socket) throws IOException {
            this.socket = socket;
            this.in = socket.getInputStream();
            this.out = socket.getOutputStream();
        }

        void write(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        /** Head of the next request; null at the end. */
        String readHead() throws IOException {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                int b = in.read();
                if (b < 0) {
                    return null;
                }
                head.write(b);
            }
            return head.toString(StandardCharsets.ISO_8859_1);
        }

        /** Head and body of the next request, recorded; null at the end. */
        String readRequest() throws IOException {
            String head = readHead();
            if (head == null) {
                return null;
            }
            StringBuilder request = new StringBuilder(head);
            String lower = head.toLowerCase(java.util.Locale.ROOT);
            int length = lower.indexOf("content-length: ");
            if (length >= 0) {
                int n = Integer.parseInt(lower.substring(length + 16, lower.indexOf('\r', length)));
                request.append(new String(in.readNBytes(n), StandardCharsets.ISO_8859_1));
            } else if (lower.contains("transfer-encoding: chunked")) {
                while (request.indexOf("\r\n0\r\n\r\n") < 0) {
                    int b = in.read();
                    if (b < 0) {
                        return null;
                    }
                    request.append((char) b);
                }
            }
            requests.add(request.toString());
            return request.toString();
        }
    }
}
