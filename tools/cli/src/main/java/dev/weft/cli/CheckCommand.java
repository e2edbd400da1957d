package dev.weft.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft check}: whether this machine is ready to run workloads of a mesh. */
@Command(
        name = "check",
        description = "Look whether this machine is ready: JDK, network tools, ports, clock, control plane. Exit code 1"
                + " if something is missing.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  weft check", "  ip netns exec orders weft check --control-plane 10.0.0.1:15012"})
final class CheckCommand implements Callable<Integer> {
    /** How a finding is to be taken. */
    enum Grade {
        OK(Style.GOOD, "ok  "),
        NOTE(Style.WARN, "note"),
        FAIL(Style.BAD, "FAIL");

        private final Style style;
        private final String word;

        Grade(Style style, String word) {
            this.style = style;
            this.word = word;
        }
    }

    /** One thing looked at. */
    record Finding(String name, Grade grade, String found, String hint) {}

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    private Output output = new Output();

    @Option(
            names = "--control-plane",
            paramLabel = "HOST:PORT",
            description = "The control plane sidecars are to use (default: the one this machine joined).")
    private @Nullable String controlPlane;

    @Option(
            names = "--credential",
            paramLabel = "DIR",
            description = "The host credential 'weft join' made (default: /var/lib/weft as root, else ~/.weft/host).")
    private @Nullable Path credential;

    @Override
    public Integer call() {
        List<Finding> findings = new ArrayList<>(MachineChecks.all());
        Finding rules = LeftOverRules.look();
        if (rules != null) {
            findings.add(rules);
        }
        boolean cutOff = rules != null && rules.grade() == Grade.FAIL;
        Path folder = credential == null ? CredentialFolder.usual() : credential;
        findings.addAll(new ControlPlaneChecks(controlPlane, folder, cutOff).all());
        boolean ready = findings.stream().noneMatch(finding -> finding.grade() == Grade.FAIL);
        List<Map<String, Object>> list = new ArrayList<>();
        for (Finding finding : findings) {
            Map<String, Object> item = new LinkedHashMap<>();
            item.put("name", finding.name());
            item.put("grade", finding.grade().name().toLowerCase(java.util.Locale.ROOT));
            item.put("found", finding.found());
            item.put("hint", finding.hint());
            list.add(item);
        }
        output.print(spec.commandLine().getOut(), new CheckReport(ready, list), out -> print(out, findings, ready));
        return ready ? 0 : 1;
    }

    private static void print(PrintWriter out, List<Finding> findings, boolean ready) {
        for (Finding finding : findings) {
            out.println(
                    finding.grade().style.paint(finding.grade().word) + "  " + finding.name() + ": " + finding.found());
            if (finding.grade() != Grade.OK && !finding.hint().isEmpty()) {
                out.println("      " + finding.hint());
            }
        }
        out.println(ready ? "This machine is ready." : "This machine is not ready.");
    }
}
