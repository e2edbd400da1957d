package dev.weft.cli;

import dev.weft.base.Diagnostic;
import dev.weft.sources.IstioImport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft import}: what other meshes' documents are in Weft's words. */
@Command(
        name = "import",
        description = "Print other meshes' documents as Weft's.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = ImportCommand.Istio.class)
final class ImportCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** {@code weft import istio}. */
    @Command(
            name = "istio",
            description =
                    "Print Istio's VirtualServices, DestinationRules and ServiceEntries as Weft's documents, and all"
                            + " that cannot be said in them. Exit code 3 if there are any errors or warnings.",
            mixinStandardHelpOptions = true,
            footerHeading = "%nExample:%n",
            footer = {"  weft import istio reviews.yaml > mesh/reviews.yaml"})
    static final class Istio implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli
        private CommandSpec spec;

        @Parameters(paramLabel = "FILE", arity = "1..*", description = "YAML files.")
        private List<Path> files = List.of();

        @Override
        public Integer call() {
            IstioImport imported = new IstioImport();
            for (Path file : files) {
                try {
                    imported.add(file.toString(), Files.readString(file));
                } catch (IOException e) {
                    throw Failure.usage("cannot read " + file, String.valueOf(e.getMessage()));
                }
            }
            spec.commandLine().getOut().print(imported.yaml());
            spec.commandLine().getOut().flush();
            imported.diagnostics().forEach(spec.commandLine().getErr()::println);
            return imported.diagnostics().stream().allMatch(finding -> finding.severity() == Diagnostic.Severity.INFO)
                    ? 0
                    : 3;
        }
    }
}
