package dev.weft.cli;

import dev.weft.adminapi.DiagnosticItem;
import dev.weft.adminapi.DiagnosticList;
import dev.weft.base.Diagnostic;
import dev.weft.sources.ConfigDirectory;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft analyze}: what the control plane would say about a directory, without one. */
@Command(
        name = "analyze",
        description = "Check a directory of YAML offline, all findings at once. Exit code 3 if there are any errors or"
                + " warnings.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  weft analyze ./mesh", "  weft analyze ./mesh -o json"})
final class AnalyzeCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    private Output output = new Output();

    @Parameters(paramLabel = "DIR", description = "Directory of YAML files.")
    private Path directory = Path.of(".");

    @Override
    public Integer call() {
        if (!Files.isDirectory(directory)) {
            throw Failure.usage("no directory " + directory, "");
        }
        List<Diagnostic> findings = Findings.of(ConfigDirectory.load(directory));
        DiagnosticList list =
                new DiagnosticList(0, findings.stream().map(DiagnosticItem::of).toList());
        output.print(spec.commandLine().getOut(), list, out -> print(out, findings));
        return findings.stream().allMatch(finding -> finding.severity() == Diagnostic.Severity.INFO) ? 0 : 3;
    }

    private void print(PrintWriter out, List<Diagnostic> findings) {
        findings.forEach(out::println);
        long errors = findings.stream().filter(Diagnostic::isError).count();
        if (findings.isEmpty()) {
            out.println(Style.GOOD.paint("No findings in " + directory + "."));
        } else {
            out.println(Words.count(errors, "error", "errors") + ", "
                    + Words.count(findings.size() - errors, "other finding", "other findings"));
        }
    }
}
