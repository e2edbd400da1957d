package dev.weft.conformance;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A backend over HTTP/1.1 that keeps what it was asked, head and decoded body, and answers with a fixed text. */
final class RecordingBackend implements AutoCloseable {
    /** One request; lines of the head without the empty one. */
    record Request(String head, String body) {}

    private final ServerSocket listener;
    private final String answer;
    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();

    private RecordingBackend(ServerSocket listener, String answer) {
        this.listener = listener;
        this.answer = answer;
    }

    /** @param status of every answer */
    static RecordingBackend start(int status, String body) {
        try {
            String answer = "HTTP/1.1 " + status + " X\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
            RecordingBackend backend =
                    new RecordingBackend(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), answer);
            Thread.ofVirtual().start(backend::accept);
            return backend;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    /** The next request that came. */
    Request take() throws InterruptedException {
        Request request = requests.poll(10, TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("no request within 10 s");
        }
        return request;
    }

    boolean isEmpty() {
        return requests.isEmpty();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return; // closed: the test is over
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (String line = line(in); line != null; line = line(in)) {
                StringBuilder head = new StringBuilder();
                for (; line != null && !line.isEmpty(); line = line(in)) {
                    head.append(line).append('\n');
                }
                requests.add(
                        new Request(head.toString(), body(in, head.toString().toLowerCase(Locale.ROOT))));
                boolean bodiless = head.indexOf("HEAD ") == 0;
                String wanted = bodiless ? answer.substring(0, answer.indexOf("\r\n\r\n") + 4) : answer;
                socket.getOutputStream().write(wanted.getBytes(StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            // the proxy closed: part of many tests
        }
    }

    private static String body(InputStream in, String head) throws IOException {
        if (head.contains("\ntransfer-encoding: chunked\n")) {
            StringBuilder body = new StringBuilder();
            for (int n = size(in); n > 0; n = size(in)) {
                body.append(new String(in.readNBytes(n), StandardCharsets.ISO_8859_1));
                line(in);
            }
            for (String trailer = line(in); trailer != null && !trailer.isEmpty(); trailer = line(in)) {
                body.append('\n').append(trailer);
            }
            return body.toString();
        }
        int length = head.indexOf("\ncontent-length: ");
        if (length < 0) {
            return "";
        }
        int start = length + "\ncontent-length: ".length();
        int n = Integer.parseInt(head.substring(start, head.indexOf('\n', start)));
        return new String(in.readNBytes(n), StandardCharsets.ISO_8859_1);
    }

    private static int size(InputStream in) throws IOException {
        String line = line(in);
        return line == null ? 0 : Integer.parseInt(line, 16);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                return line.toString(StandardCharsets.ISO_8859_1);
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
