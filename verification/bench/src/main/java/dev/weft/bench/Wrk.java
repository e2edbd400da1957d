package dev.weft.bench;

import dev.weft.testkit.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** HTTP/1.1 in a closed loop: wrk, one thread, its own exact counts. */
record Wrk(String path, int connections) implements Load {
    private static final String SCRIPT = """
            done = function(summary, latency, requests)
              local e = summary.errors
              io.write(string.format('LOAD {"requests":%d,"micros":%d,"p50":%d,"p99":%d,"errors":%d}\\n',
                summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
                e.connect + e.read + e.write + e.status + e.timeout))
            end
            """;

    @Override
    public LoadRun run(Lab lab, int port, int seconds) throws IOException {
        Path script = lab.folder.resolve("count.lua");
        Files.writeString(script, SCRIPT);
        return LoadRun.parse(lab.runClient(
                seconds,
                List.of(
                        Peers.require("wrk"),
                        "-t1",
                        "-c" + connections,
                        "-d" + seconds + "s",
                        "--timeout",
                        "10s",
                        "-s",
                        script.toString(),
                        "http://127.0.0.1:" + port + path)));
    }

    @Override
    public boolean answers(Lab lab, int port) {
        return Lab.answersHttp1(port, path);
    }
}
