package dev.weft.cli;

import dev.weft.cli.Failure.Kind;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The weft commands that ask the control plane or look at files. The programs themselves are started by the launcher. */
@Command(
        name = "weft",
        description = "A service mesh: sidecars, identities, routes and what is seen of them.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            StatusCommand.class,
            ProxyConfigCommand.class,
            GetCommand.class,
            AnalyzeCommand.class,
            ImportCommand.class,
            ReleaseCommand.class,
            TokenCommand.class,
            JoinCommand.class,
            CheckCommand.class,
            VersionCommand.class,
            WarmUpCommand.class,
            HelpCommand.class
        },
        footerHeading = "%nPrograms (each has --help):%n",
        footer = {
            "  demo            A live mesh on this machine.",
            "  control-plane   Serve the mesh that a directory of YAML describes.",
            "  run             An application and its sidecar as one unit.",
            "  proxy           The proxy alone, from an Envoy bootstrap or as a sidecar.",
            "  intercept       Redirection rules: show, apply, verify, undo.",
            "  test, bench, dist, dev   For working on Weft itself (repository only).",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 something was found."
        })
public final class Main implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    /** Runs one command and ends the JVM with its exit code. */
    public static void main(String[] args) {
        System.exit(run(args));
    }

    static int run(String... args) {
        return run(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                args);
    }

    /** The same with other outputs. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine line = new CommandLine(new Main());
        line.setOut(out);
        line.setErr(err);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                Style.isOn() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(true);
        line.setParameterExceptionHandler(Main::wrongUsage);
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            Failure told = failure instanceof Failure own ? own : Failure.of(failure);
            err.println("weft: " + told.getMessage());
            if (!told.hint().isEmpty()) {
                err.println("  " + told.hint());
            }
            return told.kind() == Kind.USAGE ? 2 : 1;
        });
        return line.execute(args);
    }

    private static int wrongUsage(ParameterException problem, String[] args) {
        CommandLine line = problem.getCommandLine();
        PrintWriter err = line.getErr();
        err.println("weft: " + problem.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(problem, err);
        err.println("Try '" + line.getCommandSpec().qualifiedName() + " --help'.");
        return 2;
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
