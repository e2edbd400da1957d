package dev.weft.conformance;

import dev.weft.testkit.JavaProgram;
import dev.weft.testkit.Peers;
import dev.weft.testkit.RunningProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Starts Weft's programs as a user does, through the launcher, without letting it build: the tests run inside a build. Before a
 * first {@code ./weft} build a proxy still starts, from the test's own class path.
 */
final class WeftProcess {
    private WeftProcess() {}

    /** {@code weft WORDS…} as a process; not started yet. */
    static RunningProcess.Spec weft(String name, String... words) {
        List<String> command = new ArrayList<>(List.of(launcher().toString()));
        command.addAll(List.of(words));
        return new RunningProcess.Spec(name, command, null, Map.of("WEFT_NO_BUILD", "1"));
    }

    static Path launcher() {
        return Peers.repository().resolve("weft");
    }

    /** A proxy from a static bootstrap. */
    static RunningProcess proxy(Path bootstrap) {
        if (built()) {
            return RunningProcess.start(weft("weft proxy", "proxy", "--bootstrap", bootstrap.toString()));
        }
        try {
            Class<?> main = Class.forName("dev.weft.proxy.Main");
            return RunningProcess.start(JavaProgram.spec("weft proxy", main, "--bootstrap", bootstrap.toString()));
        } catch (ClassNotFoundException e) {
            throw new AssertionError("the proxy is not built", e);
        }
    }

    /** Whether the launcher has a built tree to start from. */
    static boolean built() {
        return Files.isExecutable(launcher())
                && Files.isDirectory(Peers.repository().resolve("build/lib"));
    }
}
