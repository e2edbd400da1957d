package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a request may cost, measured on the proxy's own event-loop thread: 1 KiB over kept connections. */
@Timeout(120)
class BudgetTest {
    private static final byte[] REQUEST =
            ("GET /1k HTTP/1.1\r\nHost: 127.0.0.1:18080\r\nUser-Agent: budget\r\nAccept: */*\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1);
    private static final int WARM = 20_000;
    private static final int MEASURED = 20_000;

    /** Issue 3: at most 600 bytes allocated per request; the stretch goal of performance.md T12 is 300. */
    private static final long MAX_BYTES = 600;

    private static Backend kibibytes() {
        byte[] answer = ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1024\r\n\r\n"
                        + "a".repeat(1024))
                .getBytes(StandardCharsets.ISO_8859_1);
        return new Backend(connection -> {
            byte[] buffer = new byte[4096];
            int have = 0;
            while (true) {
                int n = connection.in.read(buffer, have, buffer.length - have);
                if (n < 0) {
                    return;
                }
                have += n;
                if (have > 4 && buffer[have - 1] == '\n' && buffer[have - 3] == '\n') {
                    have = 0;
                    connection.out.write(answer);
                }
            }
        });
    }

    private static void exchange(Client client, int count) throws IOException {
        OutputStream out = client.socket.getOutputStream();
        InputStream in = client.socket.getInputStream();
        byte[] buffer = new byte[8192];
        for (int i = 0; i < count; i++) {
            out.write(REQUEST);
            int have = 0;
            int end = Integer.MAX_VALUE;
            while (have < end) {
                int n = in.read(buffer, have, buffer.length - have);
                assertThat(n).isPositive();
                have += n;
                end = end(buffer, have);
            }
        }
    }

    /** Where the response ends: 1024 bytes behind its head. */
    private static int end(byte[] buffer, int have) {
        for (int i = 3; i < have; i++) {
            if (buffer[i] == '\n' && buffer[i - 2] == '\n') {
                return i + 1 + 1024;
            }
        }
        return Integer.MAX_VALUE;
    }

    private static long loopThread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("weft-loop"))
                .filter(Thread::isAlive)
                .mapToLong(Thread::threadId)
                .max()
                .orElseThrow();
    }

    @Test
    void aRequestAllocatesLittle() throws IOException {
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED); // its records are not the proxy's
        try {
            measure();
        } finally {
            ResourceLeakDetector.setLevel(level);
        }
    }

    private static void measure() throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Backend backend = kibibytes();
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            exchange(client, WARM);
            long thread = loopThread();
            long before = threads.getThreadAllocatedBytes(thread);
            exchange(client, MEASURED);
            long perRequest = (threads.getThreadAllocatedBytes(thread) - before) / MEASURED;
            System.out.println("bytes allocated per request: " + perRequest);
            assertThat(perRequest).isLessThanOrEqualTo(MAX_BYTES);
        }
    }

    @Test
    void aRequestIsTwoReadsAndTwoWrites() throws Exception {
        // Skipped where strace is missing; as root and in CI a skipped test counts as failed.
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "strace is installed");
        try (Backend backend = kibibytes();
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            exchange(client, 1000);
            Path report = Files.createTempFile("syscalls", ".txt");
            long tid = nativeId();
            Process strace = new ProcessBuilder(
                            "/usr/bin/strace",
                            "-c",
                            "-U",
                            "name,calls",
                            "-o",
                            report.toString(),
                            "-p",
                            Long.toString(tid))
                    .redirectErrorStream(true)
                    .start();
            // It says so once it is attached.
            assertThat(new java.io.BufferedReader(new java.io.InputStreamReader(strace.getInputStream())).readLine())
                    .contains("attached");
            int requests = 2000;
            exchange(client, requests);
            new ProcessBuilder("kill", "-INT", Long.toString(strace.pid()))
                    .start()
                    .waitFor();
            strace.waitFor();
            List<String> lines = Files.readAllLines(report);
            double reads = count(lines, "recvfrom", "read", "readv") / (double) requests;
            double writes = count(lines, "sendto", "write", "writev", "sendmsg") / (double) requests;
            System.out.println("reads " + reads + " writes " + writes + " per request");
            assertThat(reads).isBetween(1.99, 2.05);
            assertThat(writes).isBetween(1.99, 2.05);
        }
    }

    private static long count(List<String> lines, String... names) {
        long count = 0;
        for (String line : lines) {
            String[] columns = line.trim().split("\\s+");
            if (columns.length == 2 && Arrays.asList(names).contains(columns[0])) {
                count += Long.parseLong(columns[1]);
            }
        }
        return count;
    }

    /** The kernel's id of the loop thread, by its name. */
    private static long nativeId() throws IOException {
        long newest = -1;
        try (var tasks = Files.list(Path.of("/proc/self/task"))) {
            for (Path task : tasks.toList()) {
                if (Files.readString(task.resolve("comm")).startsWith("weft-loop")) {
                    newest = Math.max(newest, Long.parseLong(task.getFileName().toString()));
                }
            }
        }
        return newest;
    }
}
