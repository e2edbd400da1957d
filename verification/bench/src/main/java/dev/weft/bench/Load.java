package dev.weft.bench;

import java.io.IOException;

/** A load generator with its parameters. It runs on the client's CPU and knows nothing of the proxy but a port on loopback. */
interface Load {
    /** Sends for {@code seconds} and tells what was counted. */
    LoadRun run(Lab lab, int port, int seconds) throws IOException;

    /** Whether one request through {@code port} is answered with 200 now. */
    boolean answers(Lab lab, int port) throws IOException;
}
