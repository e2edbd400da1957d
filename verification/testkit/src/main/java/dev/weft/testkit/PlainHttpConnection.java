package dev.weft.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One HTTP/1.1 connection without any kindness: no retry, no redirect, no header of its own. Requests are the caller's bytes,
 * so a test can also send what no client would. Blocking; one thread at a time.
 */
public final class PlainHttpConnection implements AutoCloseable {
    private static final int LONGEST_LINE = 128 * 1024;

    private final Socket socket = new Socket();
    private final InputStream in;
    private long idleSinceNanos = System.nanoTime();
    private boolean answering;

    public PlainHttpConnection(String host, int port, int timeoutMillis) throws IOException {
        this("", host, port, timeoutMillis);
    }

    /** @param from an address of this machine to call from; empty: any */
    public PlainHttpConnection(String from, String host, int port, int timeoutMillis) throws IOException {
        try {
            socket.setTcpNoDelay(true);
            if (!from.isEmpty()) {
                socket.bind(new InetSocketAddress(from, 0));
            }
            socket.connect(new InetSocketAddress(host, port), timeoutMillis);
            socket.setSoTimeout(timeoutMillis);
            in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * An answer as it came; header names keep their case.
     *
     * @param interim status lines of the interim answers (1xx, RFC 9110 15.2) before it
     */
    public record Answer(
            List<String> interim, String statusLine, List<String> headerLines, byte[] body, boolean closes) {
        public int status() {
            String[] words = statusLine.split(" ", 3);
            return words.length < 2 ? 0 : Integer.parseInt(words[1]);
        }

        /** The first value of this header, whatever its case. */
        public Optional<String> header(String name) {
            String prefix = name.toLowerCase(Locale.ROOT) + ":";
            return headerLines.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .map(line -> line.substring(prefix.length()).strip())
                    .findFirst();
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** The port called from. */
    public int localPort() {
        return socket.getLocalPort();
    }

    /** Sends these bytes and nothing else. */
    public void send(byte[] request) throws IOException {
        answering = false;
        socket.getOutputStream().write(request);
    }

    /** Reads one final answer. {@code head}: the request was a HEAD, so no body follows. */
    public Answer read(boolean head) throws IOException {
        List<String> interim = new ArrayList<>();
        while (true) {
            String status = line();
            answering = true;
            List<String> headers = new ArrayList<>();
            for (String line = line(); !line.isEmpty(); line = line()) {
                headers.add(line);
            }
            Answer answer = new Answer(interim, status, headers, new byte[0], false);
            if (answer.status() < 200 && answer.status() != 101) {
                interim.add(status);
                continue;
            }
            Answer whole = withBody(answer, head);
            idleSinceNanos = System.nanoTime();
            return whole;
        }
    }

    private Answer withBody(Answer answer, boolean head) throws IOException {
        boolean closes =
                answer.header("connection").orElse("").toLowerCase(Locale.ROOT).contains("close")
                        || answer.statusLine().startsWith("HTTP/1.0");
        Optional<String> length = answer.header("content-length");
        byte[] body;
        if (head || answer.status() == 204 || answer.status() == 304 || answer.status() == 101) {
            body = new byte[0];
        } else if (answer.header("transfer-encoding").orElse("").equalsIgnoreCase("chunked")) {
            body = chunked();
        } else if (length.isPresent()) {
            body = exactly(Integer.parseInt(length.get()));
        } else {
            body = in.readAllBytes();
            closes = true;
        }
        return new Answer(answer.interim(), answer.statusLine(), answer.headerLines(), body, closes);
    }

    private byte[] chunked() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
            String size = line();
            int length = Integer.parseInt(size.split(";", 2)[0].strip(), 16);
            if (length == 0) {
                String trailer = line();
                while (!trailer.isEmpty()) {
                    trailer = line();
                }
                return all.toByteArray();
            }
            all.writeBytes(exactly(length));
            if (!line().isEmpty()) {
                throw new IOException("chunk without its line end");
            }
        }
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("body ended after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(128);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("connection ended in front of or inside a line");
            }
            if (line.size() > LONGEST_LINE) {
                throw new IOException("line longer than " + LONGEST_LINE + " bytes");
            }
            line.write(b);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /** Whether the peer closes within {@code millis}; reads what is there, so only between requests. */
    public boolean endsWithin(int millis) {
        try {
            socket.setSoTimeout(millis);
            return in.read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Nanoseconds since the last answer. */
    long idleNanos() {
        return System.nanoTime() - idleSinceNanos;
    }

    /** Whether the first line of an answer to the last request has arrived. */
    boolean answering() {
        return answering;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // A socket that does not close cleanly is closed all the same.
            return;
        }
    }
}
