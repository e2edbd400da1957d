package dev.weft.control;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The life of the process: words in, a running control plane, an orderly end at SIGTERM. */
final class Main {
    private Main() {}

    /**
     * Runs until {@code stop} is counted down or the process is told to end.
     *
     * @return exit code: 0 ok, 1 could not start, 2 usage
     */
    static int run(List<String> words, PrintStream out, PrintStream err, CountDownLatch stop) {
        if (words.contains("--help") || words.contains("-h")) {
            out.print(CommandLine.HELP);
            return 0;
        }
        if (words.equals(List.of("--warm-up"))) {
            return WarmUp.run(err);
        }
        ControlPlaneConfig config;
        try {
            config = CommandLine.parse(words);
        } catch (CommandLine.UsageException e) {
            e.problems().forEach(line -> err.println("control-plane: " + line));
            err.println("Try: weft control-plane --help");
            return 2;
        }
        CountDownLatch ended = new CountDownLatch(1);
        try (ControlPlane running = ControlPlane.start(config)) {
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
                stop.countDown();
                try {
                    ended.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
            out.println("control plane for " + config.configDirectory() + " (trust domain "
                    + running.issuer().authority().trustDomain() + ")");
            out.println("  proxies       " + running.xdsAddress());
            out.println("  metrics       http://" + running.metricsAddress() + "/metrics");
            out.println("  operator API  http://" + running.operatorAddress() + "/  (token in "
                    + config.stateDirectory().resolve(dev.weft.adminapi.OperatorApi.TOKEN_FILE) + ")");
            if (running.plaintextXdsAddress() != null) {
                out.println("  plaintext xDS " + running.plaintextXdsAddress() + "  (not authenticated)");
            }
            out.flush();
            stop.await();
            return 0;
        } catch (IOException e) {
            err.println("control-plane: " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            return 0;
        } finally {
            ended.countDown();
        }
    }
}
