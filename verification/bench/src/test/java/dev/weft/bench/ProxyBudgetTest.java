package dev.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.Command;
import dev.weft.testkit.Peers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What one request may cost the shipped proxy: system calls, garbage, memory. Counts, not times: they hold on a busy machine. */
class ProxyBudgetTest {
    private static final BenchCase CASE = BenchCase.H1_1K_C32;
    private static final Pattern EDEN_USED = Pattern.compile("(?i)def ?new.*? used ([0-9]+)K");
    private static final Pattern COLLECTIONS = Pattern.compile("sun\\.gc\\.collector\\.0\\.invocations=([0-9]+)");

    @SuppressWarnings("NullAway.Init")
    private static Lab lab;

    @SuppressWarnings("NullAway.Init")
    private static Lab.Started weft;

    @BeforeAll
    static void startAndWarmUp() throws IOException {
        lab = new Lab(List.of(Peers.repository().resolve("weft").toString(), "proxy"));
        weft = lab.startAll(CASE, List.of(ProxyKind.WEFT)).getFirst();
        lab.awaitReady(weft, CASE.path);
        assertThat(load(10).errors()).isZero();
    }

    @AfterAll
    static void stop() {
        if (lab != null) {
            lab.close();
        }
    }

    private static Wrk.Run load(int seconds) {
        return lab.wrk.run(Lab.clientPin(), weft.entryPort(), CASE.path, CASE.connections, seconds);
    }

    @Test
    void aRequestTakesTwoReadsAndTwoWrites() throws IOException {
        Syscalls.Counted<Wrk.Run> counted = Syscalls.count(weft.process().pid(), lab.folder, () -> load(2));
        double requests = counted.result().requests();
        Map<String, Long> calls = counted.calls();
        assertThat(sum(calls, "recvfrom", "recvmsg", "read", "readv") / requests)
                .as("reads in %s", calls)
                .isLessThanOrEqualTo(2.1);
        assertThat(sum(calls, "sendto", "sendmsg", "write", "writev") / requests)
                .as("writes in %s", calls)
                .isLessThanOrEqualTo(2.1);
    }

    private static double sum(Map<String, Long> calls, String... names) {
        return List.of(names).stream()
                .mapToLong(name -> calls.getOrDefault(name, 0L))
                .sum();
    }

    @Test
    void aRequestAllocatesAtMost600Bytes() {
        // A collection inside the window would hide garbage; the young generation holds more than one window's worth.
        for (int attempt = 0; attempt < 10; attempt++) {
            long collections = number(jcmd("PerfCounter.print"), COLLECTIONS);
            long before = number(jcmd("GC.heap_info"), EDEN_USED);
            Wrk.Run run = load(1);
            long after = number(jcmd("GC.heap_info"), EDEN_USED);
            if (number(jcmd("PerfCounter.print"), COLLECTIONS) == collections) {
                double bytes = (after - before) * 1024.0 / run.requests();
                System.out.println("allocated per request: " + Math.round(bytes) + " bytes over " + run.requests());
                assertThat(bytes).isLessThanOrEqualTo(600);
                return;
            }
        }
        throw new AssertionError("a collection fell into every one of ten windows");
    }

    @Test
    void memoryUnderLoadStaysWithin90Mebibytes() {
        double rss = new CpuMeter(weft.process().pid()).rssMib();
        System.out.println("RSS after load: " + Math.round(rss) + " MiB");
        assertThat(rss).isLessThanOrEqualTo(90);
    }

    private static String jcmd(String command) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        return Command.run(Duration.ofSeconds(20), jcmd, Long.toString(javaPid()), command)
                .orThrow();
    }

    /** The launcher becomes the JVM, or starts it. */
    private static long javaPid() {
        return weft.process().descendants().stream()
                .mapToLong(ProcessHandle::pid)
                .findFirst()
                .orElse(weft.process().pid());
    }

    private static long number(String text, Pattern pattern) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new AssertionError("no " + pattern + " in:\n" + text);
        }
        return Long.parseLong(matcher.group(1));
    }
}
