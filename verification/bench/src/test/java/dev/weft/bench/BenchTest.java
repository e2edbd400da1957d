package dev.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.Json;
import dev.weft.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        assertThat(options.warmUpSeconds()).isEqualTo(10);
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
        assertThat(BenchReport.ratios(BenchCase.H1_1K_C32, results)).isEqualTo(Map.of("haproxy", 0.75, "envoy", 0.25));
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
    void theFloorIsMeasuredAndWrittenAsTheIssueSays(@TempDir Path folder) throws Exception {
        Path json = folder.resolve("out.json");
        BenchOptions options = BenchOptions.parse(
                List.of(
                        "--case",
                        "h1-1k-c32",
                        "--peers",
                        "relay",
                        "--no-weft",
                        "--seconds",
                        "1",
                        "--repeat",
                        "1",
                        "--warm-up",
                        "0",
                        "--no-syscalls",
                        "--json",
                        json.toString()),
                List.of());
        ByteArrayOutputStream table = new ByteArrayOutputStream();
        boolean complete = Bench.run(options, new PrintStream(table, true, StandardCharsets.UTF_8), silent());
        assertThat(complete).isTrue();
        assertThat(table.toString(StandardCharsets.UTF_8)).contains("h1-1k-c32").contains("relay");
        Map<?, ?> root = (Map<?, ?>) Json.parse(Files.readString(json));
        Map<?, ?> first = (Map<?, ?>) ((List<?>) root.get("cases")).getFirst();
        Map<?, ?> relay = (Map<?, ?>) ((List<?>) first.get("proxies")).getFirst();
        assertThat(relay.get("name")).isEqualTo("relay");
        assertThat((Double) ((Map<?, ?>) relay.get("cpuMicrosPerRequest")).get("median"))
                .isBetween(2.0, 500.0);
        assertThat((Long) relay.get("requestsPerSecond")).isGreaterThan(100);
        assertThat(relay.keySet().stream().map(Object::toString)).contains("p50Micros", "p99Micros", "rssMiB");
    }

    @Test
    void cpuOfAProcessTreeIsCounted() throws IOException {
        Process shell = new ProcessBuilder(
                        "sh", "-c", "(i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sleep 20) & wait")
                .start();
        try {
            CpuMeter meter = new CpuMeter(shell.pid());
            Await.until(
                    "some CPU time",
                    Duration.ofSeconds(15),
                    () -> meter.read().since(CpuMeter.Reading.none()) > 20_000_000);
        } finally {
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly();
        }
    }

    private static PrintStream silent() {
        return new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    }

    private static ProxyResult result(ProxyKind kind, double cost) {
        Spread spread = new Spread(cost, cost, cost);
        return new ProxyResult(kind, spread, spread, 1000, 1, 2, 3, Map.of(), 0);
    }
}
