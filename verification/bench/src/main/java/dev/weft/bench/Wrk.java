package dev.weft.bench;

import dev.weft.base.Json;
import dev.weft.testkit.Command;
import dev.weft.testkit.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs wrk, one thread, closed loop, and reads its own exact counts. */
final class Wrk {
    private static final String SCRIPT = """
            done = function(summary, latency, requests)
              local e = summary.errors
              io.write(string.format('WRK {"requests":%d,"micros":%d,"p50":%d,"p99":%d,"errors":%d}\\n',
                summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
                e.connect + e.read + e.write + e.status + e.timeout))
            end
            """;

    private final Path script;

    Wrk(Path folder) throws IOException {
        script = folder.resolve("count.lua");
        Files.writeString(script, SCRIPT);
    }

    /** What wrk counted; latencies in microseconds. */
    record Run(long requests, double seconds, long p50, long p99, long errors) {
        double requestsPerSecond() {
            return requests / seconds;
        }
    }

    /** {@code pin}: the words that put a command on the client's CPU. */
    Run run(List<String> pin, int port, String path, int connections, int seconds) {
        List<String> command = new ArrayList<>(pin);
        command.addAll(List.of(
                Peers.require("wrk"),
                "-t1",
                "-c" + connections,
                "-d" + seconds + "s",
                "--timeout",
                "10s",
                "-s",
                script.toString(),
                "http://127.0.0.1:" + port + path));
        String output =
                Command.run(Duration.ofSeconds(seconds + 30L), command, null).orThrow();
        String json = output.lines()
                .filter(line -> line.startsWith("WRK "))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("wrk printed no counts:\n" + output))
                .substring(4);
        if (!(Json.parse(json) instanceof Map<?, ?> counts)) {
            throw new IllegalStateException("not an object: " + json);
        }
        return new Run(
                number(counts, "requests"),
                number(counts, "micros") / 1e6,
                number(counts, "p50"),
                number(counts, "p99"),
                number(counts, "errors"));
    }

    private static long number(Map<?, ?> counts, String name) {
        return counts.get(name) instanceof Long number ? number : 0;
    }
}
