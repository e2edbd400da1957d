package dev.weft.bench;

import dev.weft.testkit.Peers;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.runner.RunnerException;

/** {@code weft bench}: the proxies of this machine and Weft, the same work, side by side. */
public final class Bench {
    private Bench() {}

    /** Exit codes: 0 done, 1 a proxy failed or requests failed, 2 usage. */
    public static void main(String[] args) throws IOException {
        List<String> words = List.of(args);
        boolean controlPlane = words.contains("--control-plane");
        String help = controlPlane ? ControlPlaneBench.HELP : BenchOptions.HELP;
        if (words.contains("--help") || words.contains("-h")) {
            System.out.print(help);
            return;
        }
        if (words.equals(List.of("--picks")) || words.equals(List.of("--routes"))) {
            System.exit(micro(words.getFirst()) ? 0 : 1);
        }
        String weft = Peers.repository().resolve("weft").toString();
        try {
            if (controlPlane) {
                new ControlPlaneBench(ControlPlaneBench.Options.parse(words, List.of(weft)), System.out, System.err)
                        .run();
            } else {
                System.exit(run(BenchOptions.parse(words, List.of(weft, "proxy")), System.out, System.err) ? 0 : 1);
            }
        } catch (BenchOptions.UsageException e) {
            System.err.println("weft bench: " + e.getMessage() + "\n");
            System.err.print(help);
            System.exit(2);
        }
    }

    private static boolean micro(String which) {
        try {
            return which.equals("--picks") ? PickBench.run(System.out) : RouteBench.run(System.out);
        } catch (RunnerException e) {
            System.err.println("weft bench: " + e.getMessage());
            return false;
        }
    }

    /** Whether everything asked for was measured without a failed request. */
    static boolean run(BenchOptions options, PrintStream out, PrintStream progress) throws IOException {
        List<ProxyKind> kinds = proxies(options, progress);
        BenchReport report = new BenchReport();
        boolean complete = true;
        progress.println("proxy on CPU 0; client, backend and TLS peers on CPU 1; " + options.repeat() + " x "
                + options.seconds()
                + " s in turns of warm proxies; load average "
                + Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
        try (Lab lab = new Lab(options.weftCommand())) {
            Thread end = new Thread(lab::close);
            Runtime.getRuntime().addShutdownHook(end);
            for (BenchCase benchCase : options.cases()) {
                try {
                    List<ProxyResult> results = new CaseRunner(lab, options, progress).run(benchCase, kinds);
                    report.add(benchCase, results);
                    out.println(BenchReport.table(benchCase, results));
                } catch (IllegalStateException | AssertionError e) {
                    progress.println(benchCase.label() + ": " + e.getMessage());
                    complete = false;
                }
            }
            Runtime.getRuntime().removeShutdownHook(end);
        }
        if (options.json().isPresent()) {
            Files.writeString(options.json().get(), report.json());
        }
        return complete && !report.sawErrors();
    }

    private static List<ProxyKind> proxies(BenchOptions options, PrintStream progress) {
        List<ProxyKind> kinds = new ArrayList<>();
        for (ProxyKind kind : ProxyKind.values()) {
            boolean wanted = kind == ProxyKind.WEFT
                    ? !options.weftCommand().isEmpty()
                    : options.peers().map(named -> named.contains(kind)).orElse(true);
            if (wanted) {
                kind.missing()
                        .ifPresentOrElse(
                                why -> progress.println("left out: " + kind.label() + ": " + why),
                                () -> kinds.add(kind));
            }
        }
        return kinds;
    }
}
