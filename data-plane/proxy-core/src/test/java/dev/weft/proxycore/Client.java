package dev.weft.proxycore;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A raw client on one connection. Reads time out after ten seconds. */
final class Client implements Closeable {
    final Socket socket;
    private final InputStream in;

    Client(int port) throws IOException {
        this(port, "0.0.0.0");
    }

    /** @param from an address of this machine that it calls from; 0.0.0.0 = any */
    Client(int port, String from) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port, InetAddress.getByName(from), 0);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        in = socket.getInputStream();
    }

    Client send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** Sends a GET and reads the response. */
    String get(String path) throws IOException {
        return send("GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n").response();
    }

    /** Head and body of the next response by its framing. */
    String response() throws IOException {
        return response(false);
    }

    String response(boolean bodiless) throws IOException {
        String head = head();
        String lower = head.toLowerCase(Locale.ROOT);
        if (bodiless || lower.startsWith("http/1.1 1") || lower.startsWith("http/1.1 204")) {
            return head;
        }
        int length = lower.indexOf("content-length: ");
        if (length >= 0) {
            int n = Integer.parseInt(lower.substring(length + 16, lower.indexOf('\r', length)));
            return head + new String(in.readNBytes(n), StandardCharsets.ISO_8859_1);
        }
        if (lower.contains("transfer-encoding: chunked")) {
            StringBuilder body = new StringBuilder();
            while (!body.toString().endsWith("0\r\n\r\n")) {
                int b = in.read();
                if (b < 0) {
                    return head + body + "<EOF>";
                }
                body.append((char) b);
            }
            return head + body;
        }
        return head + rest();
    }

    String head() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                return head + "<EOF>";
            }
            head.write(b);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /** Everything until the end of the connection. */
    String rest() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    int read() throws IOException {
        return in.read();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
