package dev.weft.proxy;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Clients and an application for the warm-up: what the proxy's methods do under load is in the AOT cache, too, and a proxy
 * that starts with it is compiled from that instead of from what it has to find out first (docs/adr/0016). Blocking threads,
 * one for each connection.
 */
final class WarmUpLoad implements AutoCloseable {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final int CLIENTS = 8;
    private static final int BODY = 1024;

    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory());
    private final ServerSocket application = new ServerSocket(0, 200, LOOPBACK);

    WarmUpLoad() throws IOException {
        threads.execute(this::accept);
    }

    int applicationPort() {
        return application.getLocalPort();
    }

    /**
     * Sends GET requests over a few connections that stay open, until that many were answered or the time is over.
     *
     * @throws IOException if one was not answered with 200
     */
    void requests(int port, int count, long seconds) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        List<Future<?>> clients = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            clients.add(threads.submit(() -> {
                try (Socket socket = connect(port)) {
                    for (int i = 0; i < count / CLIENTS && System.nanoTime() < end; i++) {
                        ask(socket, "/" + i, "keep-alive");
                    }
                }
                return null;
            }));
        }
        for (Future<?> client : clients) {
            try {
                client.get();
            } catch (ExecutionException e) {
                throw new IOException(e.getCause());
            }
        }
    }

    /** One GET request on a connection of its own. */
    void request(int port, String path) throws IOException {
        try (Socket socket = connect(port)) {
            ask(socket, path, "close");
        }
    }

    @Override
    public void close() throws IOException {
        application.close();
        threads.shutdownNow();
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(LOOPBACK, port);
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private static void ask(Socket socket, String path, String connection) throws IOException {
        String head =
                "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: warm-up/1.0\r\nAccept: */*\r\nConnection: "
                        + connection + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        DataInputStream in = new DataInputStream(socket.getInputStream());
        String answer = head(in);
        if (answer == null || !answer.startsWith("HTTP/1.1 200")) {
            throw new IOException(path + " was answered with "
                    + (answer == null ? "nothing" : answer.lines().findFirst()));
        }
        int length = answer.toLowerCase(Locale.ROOT).indexOf("content-length: ");
        if (length < 0) {
            in.readAllBytes(); // to the end of the connection
        } else {
            int start = length + "content-length: ".length();
            in.skipNBytes(Long.parseLong(answer, start, answer.indexOf('\r', start), 10));
        }
    }

    /** The head of a message, or null at the end of the connection. */
    private static @Nullable String head(InputStream in) throws IOException {
        byte[] head = new byte[4096];
        int length = 0;
        while (length < 4 || head[length - 1] != '\n' || head[length - 3] != '\n') {
            int next = in.read();
            if (next < 0 || length == head.length) {
                return null;
            }
            head[length++] = (byte) next;
        }
        return new String(head, 0, length, StandardCharsets.ISO_8859_1);
    }

    private void accept() {
        byte[] answer = ("HTTP/1.1 200 OK\r\nserver: warm-up\r\ncontent-type: text/plain\r\ncontent-length: " + BODY
                        + "\r\n\r\n" + "a".repeat(BODY))
                .getBytes(StandardCharsets.US_ASCII);
        while (true) {
            try {
                Socket socket = application.accept();
                threads.execute(() -> answer(socket, answer));
            } catch (IOException e) {
                return; // the end
            }
        }
    }

    private static void answer(Socket socket, byte[] answer) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (head(in) != null) {
                socket.getOutputStream().write(answer);
            }
        } catch (IOException e) {
            // the proxy has closed it
        }
    }
}
