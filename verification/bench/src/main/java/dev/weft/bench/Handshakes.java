package dev.weft.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A new mutual TLS 1.3 connection for each request: {@code connect.c}. Full handshakes, or sessions resumed where the proxy
 * offers any.
 */
record Handshakes(boolean resumed) implements Load {
    /** Enough to keep the proxy's CPU from waiting for the client's, which works as hard. */
    private static final int WORKERS = 4;

    @Override
    public LoadRun run(Lab lab, int port, int seconds) throws IOException {
        return run(lab, port, WORKERS, seconds);
    }

    @Override
    public boolean answers(Lab lab, int port) throws IOException {
        return run(lab, port, 1, 0).errors() == 0;
    }

    private LoadRun run(Lab lab, int port, int workers, int seconds) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                lab.compiled("connect"),
                "churn",
                Integer.toString(port),
                Integer.toString(workers),
                Integer.toString(seconds),
                resumed ? "resumed" : "full"));
        command.addAll(lab.pki.words());
        return LoadRun.parse(lab.runClient(seconds, command));
    }
}
