package dev.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.Command;
import dev.weft.testkit.Peers;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What one request may cost the shipped proxy, its access log on: system calls, garbage, memory. Counts, not times: they hold on a busy machine. */
class ProxyBudgetTest {
    private static final BenchCase CASE = BenchCase.H1_1K_C32;
    private static final Pattern GENERATION =
            Pattern.compile("(?:DefNew|def new generation|Tenured|tenured generation) .*? used ([0-9]+)K");
    private static final Pattern PAUSE = Pattern.compile("Pause .* ([0-9]+)M->([0-9]+)M\\(");

    @SuppressWarnings("NullAway.Init")
    private static Lab lab;

    @SuppressWarnings("NullAway.Init")
    private static Lineup lineup;

    @SuppressWarnings("NullAway.Init")
    private static Started weft;

    @BeforeAll
    static void startAndWarmUp() throws IOException {
        lab = new Lab(List.of(Peers.repository().resolve("weft").toString(), "proxy"));
        lineup = Lineup.start(lab, CASE, List.of(ProxyKind.WEFT), true);
        weft = lineup.proxies().getFirst();
        lineup.awaitReady();
        assertThat(load(10).errors()).isZero();
    }

    @AfterAll
    static void stop() throws IOException {
        if (lineup != null) {
            lineup.close();
        }
        if (lab != null) {
            lab.close();
        }
    }

    private static LoadRun load(int seconds) throws IOException {
        return CASE.load.run(lab, weft.entryPort(), seconds);
    }

    @Test
    void aRequestTakesTwoReadsAndTwoWrites() throws IOException {
        Syscalls.Counted counted = Syscalls.count(weft.pids(), lab.folder, () -> load(2));
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
    void aRequestAllocatesAtMost600Bytes() throws IOException {
        Path collections = lab.folder.resolve("collections.log");
        jcmd("VM.log", "output=" + collections, "what=gc=info");
        long allocated = -heapUsed();
        LoadRun run = load(5);
        allocated += heapUsed();
        jcmd("VM.log", "disable");
        // What a collection freed was allocated too. The log tells mebibytes: over some ten collections a small error.
        Matcher pause = PAUSE.matcher(Files.readString(collections));
        while (pause.find()) {
            allocated += (Long.parseLong(pause.group(1)) - Long.parseLong(pause.group(2))) << 20;
        }
        double bytes = (double) allocated / run.requests();
        System.out.println("allocated per request: " + Math.round(bytes) + " bytes over " + run.requests());
        assertThat(bytes).isBetween(1.0, 600.0);
    }

    private static long heapUsed() {
        long used = 0;
        Matcher generation = GENERATION.matcher(jcmd("GC.heap_info"));
        while (generation.find()) {
            used += Long.parseLong(generation.group(1)) << 10;
        }
        assertThat(used).as("bytes used in both generations").isPositive();
        return used;
    }

    @Test
    void memoryUnderLoadStaysWithin90Mebibytes() {
        double rss = weft.meter().rssMib();
        System.out.println("RSS after load: " + Math.round(rss) + " MiB");
        assertThat(rss).isLessThanOrEqualTo(90);
    }

    private static String jcmd(String... command) {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
        line.add(Long.toString(javaPid()));
        line.addAll(List.of(command));
        return Command.run(Duration.ofSeconds(20), line, null).orThrow();
    }

    /** The launcher becomes the JVM, or starts it. */
    private static long javaPid() {
        RunningProcess launched = weft.processes().getFirst();
        return launched.descendants().stream()
                .mapToLong(ProcessHandle::pid)
                .findFirst()
                .orElse(launched.pid());
    }
}
