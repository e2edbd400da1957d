package dev.weft.bench;

import java.io.IOException;
import java.util.List;

/**
 * HTTP/1.1 at a fixed rate, evenly spaced: {@code rate.c}. Not h2load, whose clients all look at their rates every 10 ms and
 * so send in bursts, and not hey, which measures from when it sent and not from when it should have.
 */
record Rate(String path, int connections, int requestsPerSecond) implements Load {
    @Override
    public LoadRun run(Lab lab, int port, int seconds) throws IOException {
        return LoadRun.parse(lab.runClient(
                seconds,
                List.of(
                        lab.compiled("rate"),
                        Integer.toString(port),
                        path,
                        Integer.toString(connections),
                        Integer.toString(requestsPerSecond),
                        Integer.toString(seconds))));
    }

    @Override
    public boolean answers(Lab lab, int port) {
        return Lab.answersHttp1(port, path);
    }
}
