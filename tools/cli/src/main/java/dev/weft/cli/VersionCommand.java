package dev.weft.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code weft version}; the launcher answers it by itself, without a JVM, unless there are options. */
@Command(
        name = "version",
        description = "Show the version of Weft and the JDK it runs on.",
        mixinStandardHelpOptions = true)
final class VersionCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        String version = Main.class.getPackage().getImplementationVersion();
        spec.commandLine()
                .getOut()
                .println("weft " + (version == null ? "(not packaged)" : version) + ", JDK "
                        + System.getProperty("java.runtime.version") + " in " + System.getProperty("java.home"));
        return 0;
    }
}
