package dev.weft.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code weft version}. */
@Command(
        name = "version",
        description = "Show the version of Weft and of the JVM it runs on.",
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
                .println("weft " + (version == null ? "(not packaged)" : version) + ", "
                        + System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
        return 0;
    }
}
