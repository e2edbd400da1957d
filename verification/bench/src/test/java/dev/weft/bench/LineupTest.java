package dev.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.Await;
import dev.weft.testkit.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LineupTest {
    private static final int REQUESTS = 50;

    @Test
    void everyProxyWritesALineForEachRequest() throws IOException {
        List<ProxyKind> kinds = Arrays.stream(ProxyKind.values())
                .filter(kind -> kind != ProxyKind.RELAY && kind.missing().isEmpty())
                .toList();
        List<String> weft = List.of(Peers.repository().resolve("weft").toString(), "proxy");
        List<Path> logs;
        try (Lab lab = new Lab(weft);
                Lineup lineup = Lineup.start(lab, BenchCase.H1_1K_C32, kinds, true)) {
            lineup.awaitReady();
            logs = lineup.accessLogs();
            assertThat(logs).hasSameSizeAs(kinds);
            for (Started proxy : lineup.proxies()) {
                LoadRun run = new Rate("/1k", 4, REQUESTS).run(lab, proxy.entryPort(), 1);
                assertThat(run.requests()).as(proxy.kind().label()).isEqualTo(REQUESTS);
            }
            for (Path log : logs) {
                // Envoy writes what it holds every 10 s.
                Await.until(REQUESTS + " lines in " + log, Duration.ofSeconds(30), () -> lines(log) > REQUESTS);
            }
        }
        assertThat(logs).allSatisfy(log -> assertThat(log).doesNotExist());
    }

    /** Over plain HTTP/2 the second proxy would tell of that, as an Envoy's does. */
    @Test
    void whatAPairOfWeftsCarriesArrivesAsWhatItWas() throws IOException {
        List<String> weft = List.of(Peers.repository().resolve("weft").toString(), "proxy");
        try (Lab lab = new Lab(weft);
                Lineup lineup = Lineup.start(lab, BenchCase.PAIR_1K_C32, List.of(ProxyKind.WEFT), true)) {
            lineup.awaitReady();
            LoadRun run = new Rate("/1k", 4, REQUESTS)
                    .run(lab, lineup.proxies().getFirst().entryPort(), 1);
            assertThat(run.requests()).isEqualTo(REQUESTS);
            assertThat(lineup.accessLogs()).hasSize(2).allSatisfy(log -> {
                Await.until("lines in " + log, Duration.ofSeconds(30), () -> lines(log) >= REQUESTS);
                assertThat(Files.readAllLines(log)).allMatch(line -> line.contains("GET /1k HTTP/1.1"));
            });
        }
    }

    private static long lines(Path log) {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.contains("GET /1k")).count();
        } catch (IOException e) {
            return 0;
        }
    }
}
