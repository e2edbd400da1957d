package dev.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.Json;
import dev.weft.testkit.Await;
import dev.weft.testkit.Peers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchTest {
    @Test
    void theCommandLineOfTheIssueIsUnderstood() throws BenchOptions.UsageException {
        BenchOptions options = BenchOptions.parse(
                List.of(
                        "--case",
                        "h1-1k-c32",
                        "--peers",
                        "haproxy,envoy",
                        "--seconds",
                        "3",
                        "--repeat",
                        "3",
                        "--json",
                        "/x/y"),
                List.of("weft", "proxy"));
        assertThat(options.cases()).containsExactly(BenchCase.H1_1K_C32);
        assertThat(options.peers()).isEqualTo(Optional.of(List.of(ProxyKind.HAPROXY, ProxyKind.ENVOY)));
        assertThat(options.warmUpSeconds()).isEmpty();
        assertThat(options.json()).contains(Path.of("/x/y"));
    }

    @Test
    void mistakesOnTheCommandLineAreNamed() {
        assertThatThrownBy(() -> BenchOptions.parse(List.of("--case", "h9"), List.of()))
                .hasMessage("no case h9");
        assertThatThrownBy(() -> BenchOptions.parse(List.of("--seconds", "x"), List.of()))
                .hasMessage("--seconds needs a number, not x");
        assertThatThrownBy(() -> BenchOptions.parse(List.of("--json"), List.of()))
                .hasMessage("--json needs a value");
        assertThatThrownBy(() -> BenchOptions.parse(List.of("--fast"), List.of()))
                .hasMessage("unknown option --fast");
    }

    @Test
    void ratioIsWeftsMedianOverThePeers() {
        List<ProxyResult> results =
                List.of(result(ProxyKind.HAPROXY, 20), result(ProxyKind.ENVOY, 60), result(ProxyKind.WEFT, 15));
        assertThat(BenchReport.ratios(results)).isEqualTo(Map.of("haproxy", 0.75, "envoy", 0.25));
    }

    @Test
    void systemCallTableIsRead() {
        List<String> table = List.of(
                "% time     seconds  usecs/call     calls    errors syscall",
                "------ ----------- ----------- --------- --------- ----------------",
                " 60.00    0.600000          10     20000           sendto",
                " 40.00    0.400000          10     20100        12 recvfrom",
                "100.00    1.000000                 40100        12 total");
        assertThat(Syscalls.parse(table)).isEqualTo(Map.of("sendto", 20000L, "recvfrom", 20100L));
    }

    @Test
    void countsOfH2loadAreReadWithPercentilesOfItsLog() {
        String output = """
                finished in 2.00s, 1000.00 req/s, 1.38MB/s
                requests: 2010 total, 2010 started, 2000 done, 1990 succeeded, 10 failed, 3 errored, 0 timeout
                """;
        LoadRun run = H2Load.parse(
                output, LongStream.rangeClosed(1, 101).map(i -> 102 - i).toArray());
        assertThat(run.requests()).isEqualTo(1990);
        assertThat(run.errors()).isEqualTo(10);
        assertThat(run.requestsPerSecond()).isEqualTo(1000);
        assertThat(run.p50()).isEqualTo(51);
        assertThat(run.p99()).isEqualTo(100);
    }

    @Test
    void aCaseWithFailedRequestsIsMarked() {
        List<ProxyResult> results = List.of(ProxyResult.of(
                ProxyKind.ENVOY, List.of(new Sample(Map.of(Measure.CPU_PER_REQUEST, 60.0), 7)), Map.of()));
        assertThat(BenchReport.table(BenchCase.H1_1K_C32, results)).contains("7 REQUESTS FAILED");
        BenchReport report = new BenchReport();
        report.add(BenchCase.H1_1K_C32, results);
        assertThat(report.sawErrors()).isTrue();
    }

    @Test
    void theFloorIsMeasuredAndWrittenAsTheIssueSays(@TempDir Path folder) throws Exception {
        Map<?, ?> relay =
                proxies(run(folder, "h1-1k-c32", "relay", false), "h1-1k-c32").get("relay");
        assertThat((Double) ((Map<?, ?>) relay.get("cpuMicrosPerRequest")).get("median"))
                .isBetween(2.0, 500.0);
        assertThat((Long) relay.get("requestsPerSecond")).isGreaterThan(100);
        assertThat(relay.keySet().stream().map(Object::toString)).contains("p50Micros", "p99Micros", "rssMiB");
    }

    @Test
    void http2AndPairsRunThroughEveryProxy(@TempDir Path folder) throws Exception {
        List<String> cases = List.of("h2-1k-c8m16", "grpc-unary", "pair-1k-c32");
        Map<?, ?> root = run(folder, String.join(",", cases), "haproxy,envoy", true);
        for (String name : cases) {
            Map<String, Map<?, ?>> proxies = proxies(root, name);
            assertThat(proxies.keySet()).containsExactly("haproxy", "envoy", "weft");
            proxies.values()
                    .forEach(proxy -> assertThat((Long) proxy.get("requestsPerSecond"))
                            .as("%s: %s", name, proxy)
                            .isPositive());
        }
        // Two processes of each.
        double single = (Double) proxies(root, "h2-1k-c8m16").get("envoy").get("rssMiB");
        assertThat((Double) proxies(root, "pair-1k-c32").get("envoy").get("rssMiB"))
                .isGreaterThan(1.5 * single);
    }

    @Test
    void handshakesAreFullOrResumedAsTheCaseSays(@TempDir Path folder) throws Exception {
        Map<?, ?> root = run(folder, "handshake,handshake-resumed", "haproxy", false);
        assertThat(proxies(root, "handshake").get("haproxy").get("resumedShare"))
                .isEqualTo(0.0);
        assertThat((Double) proxies(root, "handshake-resumed").get("haproxy").get("resumedShare"))
                .isGreaterThan(0.5);
    }

    @Test
    void aFixedRateIsNotExceeded(@TempDir Path folder) throws Exception {
        Map<?, ?> relay =
                proxies(run(folder, "rate-1000", "relay", false), "rate-1000").get("relay");
        assertThat((Long) relay.get("requestsPerSecond")).isBetween(300L, 1010L);
        assertThat((Long) relay.get("p50Micros")).isPositive();
    }

    /** One second of each, without warm-up; fails if any request did. */
    private static Map<?, ?> run(Path folder, String cases, String peers, boolean withWeft) throws Exception {
        Path json = folder.resolve("out.json");
        List<String> words = new ArrayList<>(List.of("--case", cases, "--peers", peers, "--no-syscalls"));
        words.addAll(List.of("--seconds", "1", "--repeat", "1", "--warm-up", "0", "--json", json.toString()));
        List<String> weft =
                withWeft ? List.of(Peers.repository().resolve("weft").toString(), "proxy") : List.of();
        ByteArrayOutputStream table = new ByteArrayOutputStream();
        ByteArrayOutputStream progress = new ByteArrayOutputStream();
        boolean complete = Bench.run(BenchOptions.parse(words, weft), stream(table), stream(progress));
        assertThat(complete)
                .as(table.toString(StandardCharsets.UTF_8) + progress.toString(StandardCharsets.UTF_8))
                .isTrue();
        assertThat(table.toString(StandardCharsets.UTF_8)).contains(cases.split(","));
        return (Map<?, ?>) Json.parse(Files.readString(json));
    }

    /** The proxies of a case by name, in the order of the report. */
    private static Map<String, Map<?, ?>> proxies(Map<?, ?> root, String name) {
        Map<String, Map<?, ?>> proxies = new LinkedHashMap<>();
        for (Object each : (List<?>) root.get("cases")) {
            Map<?, ?> one = (Map<?, ?>) each;
            if (name.equals(one.get("case"))) {
                for (Object proxy : (List<?>) one.get("proxies")) {
                    proxies.put((String) ((Map<?, ?>) proxy).get("name"), (Map<?, ?>) proxy);
                }
            }
        }
        return proxies;
    }

    @Test
    void cpuOfAProcessTreeIsCounted() throws IOException {
        Process shell = new ProcessBuilder(
                        "sh", "-c", "(i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sleep 20) & wait")
                .start();
        try {
            CpuMeter meter = new CpuMeter(List.of(shell.pid()));
            Await.until(
                    "some CPU time",
                    Duration.ofSeconds(15),
                    () -> meter.read().since(CpuMeter.Reading.none()) > 20_000_000);
        } finally {
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly();
        }
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static ProxyResult result(ProxyKind kind, double cost) {
        return ProxyResult.of(kind, List.of(new Sample(Map.of(Measure.CPU_PER_REQUEST, cost), 0)), Map.of());
    }
}
