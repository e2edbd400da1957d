package dev.weft.shop;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Customers: some at a time, each asking for {@code http://frontend/} again and again over a connection of its own.
 * They come when the doors open: with the first line of the input, or its end. Writes one line per request to its output: {@code REQUEST start end status paidBy reason}, times in milliseconds since
 * 1970. Counts honestly: unlike the JDK's clients it never tries a request twice. One more, slower than the others, tries what
 * is new: its requests have the header {@code x-tester}, and its lines say {@code TESTER}.
 */
final class Shopper implements Runnable {
    private static final int CUSTOMERS = 4;
    private static final long PAUSE_NANOS = 80_000_000;
    private static final long TESTERS_PAUSE_NANOS = 500_000_000;

    private final String host;
    private final int port;
    private final String target;
    private final boolean tester;
    private @Nullable Socket socket;
    private @Nullable InputStream in;

    private Shopper(String host, int port, String target, boolean tester) {
        this.host = host;
        this.port = port;
        this.target = target;
        this.tester = tester;
    }

    static void shop() throws IOException {
        int opened = System.in.read();
        while (opened >= 0 && opened != '\n') {
            opened = System.in.read();
        }
        String proxy = System.getenv("http_proxy");
        for (int i = 0; i <= CUSTOMERS; i++) {
            boolean tester = i == CUSTOMERS;
            Shopper customer;
            if (proxy == null || proxy.isEmpty()) {
                customer = new Shopper("frontend", 80, "/", tester);
            } else {
                URI uri = URI.create(proxy);
                customer = new Shopper(uri.getHost(), uri.getPort(), "http://frontend/", tester);
            }
            Thread.ofPlatform().name(tester ? "tester" : "customer-" + i).start(customer);
        }
    }

    @Override
    public void run() {
        while (true) {
            long start = System.currentTimeMillis();
            String outcome;
            try {
                outcome = request();
            } catch (IOException e) {
                close();
                outcome = "0 - " + e;
            }
            synchronized (Shopper.class) {
                System.out.println(
                        (tester ? "TESTER " : "REQUEST ") + start + " " + System.currentTimeMillis() + " " + outcome);
                System.out.flush();
            }
            LockSupport.parkNanos(tester ? TESTERS_PAUSE_NANOS : PAUSE_NANOS);
        }
    }

    /** Status, version that was paid, and the beginning of the body of a failed request. */
    private String request() throws IOException {
        Socket connection = socket;
        InputStream stream = in;
        if (connection == null || stream == null) {
            connection = new Socket();
            connection.setTcpNoDelay(true);
            connection.connect(new InetSocketAddress(host, port), 5_000);
            connection.setSoTimeout(30_000);
            stream = new BufferedInputStream(connection.getInputStream());
            socket = connection;
            in = stream;
        }
        connection
                .getOutputStream()
                .write(("GET " + target + " HTTP/1.1\r\nHost: frontend\r\nUser-Agent: shopper\r\n"
                                + (tester ? "x-tester: yes\r\n" : "") + "\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        String statusLine = line(stream);
        int status = Integer.parseInt(statusLine.split(" ")[1]);
        int length = -1;
        boolean chunked = false;
        boolean last = false;
        for (String header = line(stream); !header.isEmpty(); header = line(stream)) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring(15).strip());
            } else if (lower.startsWith("transfer-encoding:")) {
                chunked = lower.contains("chunked");
            } else if (lower.startsWith("connection:")) {
                last = lower.contains("close");
            }
        }
        String body =
                chunked ? chunks(stream) : new String(exactly(stream, Math.max(length, 0)), StandardCharsets.UTF_8);
        if (last) {
            close();
        }
        if (status == 200) {
            int paid = body.indexOf("\"paidBy\":\"");
            return "200 " + (paid < 0 ? "-" : body.substring(paid + 10, body.indexOf('"', paid + 10)));
        }
        return status + " - " + body.substring(0, Math.min(body.length(), 300)).replace('\n', ' ');
    }

    private static String chunks(InputStream in) throws IOException {
        StringBuilder body = new StringBuilder();
        while (true) {
            int size = Integer.parseInt(line(in).split(";")[0].strip(), 16);
            body.append(new String(exactly(in, size), StandardCharsets.UTF_8));
            line(in);
            if (size == 0) {
                return body.toString();
            }
        }
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("connection closed within the answer");
        }
        return bytes;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("connection closed before the answer");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private void close() {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            // it is of no use any more either way
        }
        socket = null;
        in = null;
    }
}
