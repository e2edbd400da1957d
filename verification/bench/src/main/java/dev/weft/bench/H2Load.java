package dev.weft.bench;

import dev.weft.testkit.Command;
import dev.weft.testkit.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Plain HTTP/2 in a closed loop: h2load, one thread, {@code streams} requests in flight on each connection. It tells no
 * percentiles; they come from its log of every request, which costs the client some 3 % and the proxy nothing.
 *
 * @param grpc a POST with one gRPC message instead of a GET
 */
record H2Load(String path, int connections, int streams, boolean grpc) implements Load {
    private static final Pattern FINISHED = Pattern.compile("finished in [^,]+, ([0-9.]+) req/s");
    private static final Pattern REQUESTS =
            Pattern.compile("(\\d+) succeeded, (\\d+) failed, (\\d+) errored, (\\d+) timeout");

    @Override
    public LoadRun run(Lab lab, int port, int seconds) throws IOException {
        // In memory where there is such a folder: a line is a write of its own.
        Path memory = Path.of("/dev/shm");
        Path log = Files.createTempFile(Files.isWritable(memory) ? memory : lab.folder, "h2load", ".log");
        try {
            String output = lab.runClient(
                    seconds,
                    command(lab, port, List.of("-D", Integer.toString(seconds), "--log-file=" + log), connections));
            return parse(output, latencies(log));
        } finally {
            Files.deleteIfExists(log);
        }
    }

    @Override
    public boolean answers(Lab lab, int port) throws IOException {
        Command.Result once = Command.run(Duration.ofSeconds(10), command(lab, port, List.of("-n", "1"), 1), null);
        return once.exit() == 0 && once.output().contains("1 succeeded");
    }

    private List<String> command(Lab lab, int port, List<String> howMuch, int clients) throws IOException {
        List<String> words = new ArrayList<>(List.of(Peers.require("h2load"), "-t", "1", "-c", "" + clients));
        words.addAll(List.of("-m", Integer.toString(streams)));
        words.addAll(howMuch);
        if (grpc) {
            words.addAll(List.of("-d", H2Backend.grpcMessage(lab.folder).toString()));
            words.addAll(List.of("-H", "content-type: application/grpc", "-H", "te: trailers"));
        }
        words.add("http://127.0.0.1:" + port + path);
        return words;
    }

    static LoadRun parse(String output, long[] latencies) {
        Matcher finished = FINISHED.matcher(output);
        Matcher counts = REQUESTS.matcher(output);
        if (!finished.find() || !counts.find()) {
            throw new IllegalStateException("h2load printed no counts:\n" + output);
        }
        long requests = Long.parseLong(counts.group(1));
        // "failed" includes what was errored or timed out.
        long errors = Long.parseLong(counts.group(2));
        double seconds = requests / Math.max(1, Double.parseDouble(finished.group(1)));
        Arrays.sort(latencies);
        return new LoadRun(requests, seconds, at(latencies, 0.50), at(latencies, 0.99), errors, OptionalLong.empty());
    }

    /** The log's lines are: begin in microseconds, status, latency in microseconds, with tabs between. */
    private static long[] latencies(Path log) throws IOException {
        try (var lines = Files.lines(log)) {
            return lines.mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf('\t') + 1)))
                    .toArray();
        }
    }

    private static long at(long[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[(int) ((sorted.length - 1) * share)];
    }
}
