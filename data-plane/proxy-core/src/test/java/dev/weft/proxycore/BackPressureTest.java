package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever does not read stops whoever sends, in both directions. 64 MiB fit into no kernel buffer. */
@Timeout(60)
class BackPressureTest {
    private static final int SIZE = 64 << 20;

    @Test
    void aSlowClientStopsTheUpstream() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        try (Backend backend = new Backend(c -> {
                    c.readRequest();
                    c.write("HTTP/1.1 200 OK\r\nContent-Length: " + SIZE + "\r\n\r\n");
                    byte[] piece = new byte[1 << 16];
                    for (int i = 0; i < SIZE / piece.length; i++) {
                        c.out.write(piece);
                    }
                    sent.countDown();
                    c.readRequest();
                });
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 200");
            assertThat(sent.await(500, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(client.socket.getInputStream().readNBytes(SIZE)).hasSize(SIZE);
            // The connection is whole afterwards, on both sides.
            client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
        }
    }

    /** Twelve seconds with a shut window are the test: Linux counts them as silence of the peer, whose limit is ten. */
    @Test
    void aServerMayLeaveABodyUnreadForLongerThanAPeerMayBeSilent() throws Exception {
        try (Backend backend = new Backend(c -> {
                    c.readHead();
                    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(12));
                    int n = c.in.readNBytes(SIZE).length;
                    c.write("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n" + n);
                });
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            client.socket.setSoTimeout(30_000);
            client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: " + SIZE + "\r\n\r\n");
            OutputStream out = client.socket.getOutputStream();
            Thread.startVirtualThread(() -> {
                try {
                    out.write(new byte[SIZE]);
                } catch (IOException e) {
                    // the answer says what was wrong
                }
            });
            assertThat(client.response()).endsWith("67108864");
        }
    }

    @Test
    void aSlowUpstreamStopsTheClient() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch sent = new CountDownLatch(1);
        try (Backend backend = new Backend(c -> {
                    c.readHead();
                    try {
                        goOn.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    int n = c.in.readNBytes(SIZE).length;
                    c.write("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n" + n);
                });
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: " + SIZE + "\r\n\r\n");
            OutputStream out = client.socket.getOutputStream();
            Thread.startVirtualThread(() -> {
                try {
                    out.write(new byte[SIZE]);
                    sent.countDown();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            assertThat(sent.await(500, TimeUnit.MILLISECONDS)).isFalse();
            goOn.countDown();
            assertThat(client.response()).endsWith("67108864");
        }
    }
}
