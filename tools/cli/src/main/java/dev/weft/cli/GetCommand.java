package dev.weft.cli;

import dev.weft.adminapi.ConditionItem;
import dev.weft.adminapi.DiagnosticItem;
import dev.weft.adminapi.DiagnosticList;
import dev.weft.adminapi.OperatorApi;
import dev.weft.adminapi.PortItem;
import dev.weft.adminapi.ResourceItem;
import dev.weft.adminapi.ResourceList;
import dev.weft.adminapi.ServiceItem;
import dev.weft.adminapi.ServiceList;
import dev.weft.adminapi.WorkloadItem;
import dev.weft.adminapi.WorkloadList;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft get}: the mesh as the control plane has it in force. */
@Command(
        name = "get",
        description = "Show services, workloads, documents or findings as they are in force.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  weft get services",
            "  weft get workloads -n shop -o wide",
            "  weft get httproute",
            "  weft get diagnostics"
        })
final class GetCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    private ControlPlaneClient controlPlane = new ControlPlaneClient();

    @Mixin
    private Output output = new Output();

    @Parameters(
            index = "0",
            paramLabel = "KIND",
            description = "services, workloads, diagnostics, resources (all kinds), or a kind such as HTTPRoute.")
    private String kind = "";

    @Option(
            names = {"-n", "--namespace"},
            description = "Only this namespace.")
    private @Nullable String namespace;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        switch (kind.toLowerCase(Locale.ROOT)) {
            case "service", "services", "svc" -> services(out);
            case "workload", "workloads", "endpoints" -> workloads(out);
            case "diagnostic", "diagnostics" -> diagnostics(out);
            case "resource", "resources", "all" -> resources(out, null);
            default -> resources(out, kind);
        }
        return 0;
    }

    private String inNamespace(String path, String more) {
        String query = namespace == null ? "" : "namespace=" + ControlPlaneClient.encode(namespace);
        String all = query + (query.isEmpty() || more.isEmpty() ? "" : "&") + more;
        return all.isEmpty() ? path : path + "?" + all;
    }

    private void services(PrintWriter out) {
        ServiceList list = controlPlane.get(ServiceList.class, inNamespace(OperatorApi.SERVICES, ""));
        output.print(out, list, to -> {
            Table table = new Table("NAMESPACE", "NAME", "ADDRESS", "PORTS", "ENDPOINTS", "HOST");
            for (ServiceItem service : list.services()) {
                table.row()
                        .add(service.namespace())
                        .add(service.name())
                        .add(service.vip())
                        .add(ports(service.ports()))
                        .add(String.valueOf(service.endpoints()), service.endpoints() == 0 ? Style.WARN : Style.PLAIN)
                        .add(service.host());
            }
            printOrNone(to, table, "services");
        });
    }

    private void workloads(PrintWriter out) {
        WorkloadList list = controlPlane.get(WorkloadList.class, inNamespace(OperatorApi.WORKLOADS, ""));
        output.print(out, list, to -> {
            Table table = output.wide()
                    ? new Table(
                            "NAMESPACE",
                            "NAME",
                            "ADDRESS",
                            "PORTS",
                            "READY",
                            "MTLS",
                            "ORIGIN",
                            "SERVICES",
                            "LABELS",
                            "IDENTITY")
                    : new Table("NAMESPACE", "NAME", "ADDRESS", "PORTS", "READY", "MTLS", "ORIGIN", "SERVICES");
            for (WorkloadItem workload : list.workloads()) {
                Table.Row row = table.row()
                        .add(workload.namespace())
                        .add(workload.name())
                        .add(workload.address())
                        .add(ports(workload.ports()))
                        .add(workload.ready() ? "yes" : "no", workload.ready() ? Style.GOOD : Style.BAD)
                        .add(workload.mtls() ? "yes" : "no", workload.mtls() ? Style.GOOD : Style.WARN)
                        .add(workload.origin())
                        .add(String.join(",", workload.services()));
                if (output.wide()) {
                    row.add(workload.labels().entrySet().stream()
                                    .map(label -> label.getKey() + "=" + label.getValue())
                                    .collect(Collectors.joining(",")))
                            .add(workload.identity());
                }
            }
            printOrNone(to, table, "workloads");
        });
    }

    private void resources(PrintWriter out, @Nullable String onlyKind) {
        String query = onlyKind == null ? "" : "kind=" + ControlPlaneClient.encode(onlyKind);
        ResourceList list = controlPlane.get(ResourceList.class, inNamespace(OperatorApi.RESOURCES, query));
        output.print(out, list, to -> {
            Table table = new Table("KIND", "NAMESPACE", "NAME", "SUMMARY", "CONDITIONS", "ORIGIN");
            for (ResourceItem resource : list.resources()) {
                String problems = problems(resource.conditions());
                table.row()
                        .add(resource.kind())
                        .add(resource.namespace())
                        .add(resource.name())
                        .add(resource.summary())
                        .add(problems.isEmpty() ? "ok" : problems, problems.isEmpty() ? Style.GOOD : Style.BAD)
                        .add(resource.origin());
            }
            printOrNone(to, table, onlyKind == null ? "resources" : "resources of kind " + onlyKind);
        });
    }

    private void diagnostics(PrintWriter out) {
        DiagnosticList list = controlPlane.get(DiagnosticList.class, OperatorApi.DIAGNOSTICS);
        output.print(out, list, to -> {
            list.diagnostics().forEach(finding -> to.println(text(finding)));
            if (list.diagnostics().isEmpty()) {
                to.println("No findings.");
            }
        });
    }

    private static String text(DiagnosticItem finding) {
        Style style = switch (finding.severity()) {
            case "error" -> Style.BAD;
            case "warning" -> Style.WARN;
            default -> Style.DIM;
        };
        String place = finding.file() == null ? "" : finding.file() + ":" + finding.line() + ": ";
        String path = finding.path().isEmpty() ? "" : finding.path() + ": ";
        String hint = finding.hint().isEmpty() ? "" : "\n  " + finding.hint();
        return place + style.paint(finding.severity() + "[" + finding.code() + "]") + " " + path + finding.problem()
                + hint;
    }

    /** The conditions that are bad news; of which parent, where there are several. */
    static String problems(List<ConditionItem> conditions) {
        boolean several =
                conditions.stream().map(ConditionItem::parent).distinct().count() > 1;
        return conditions.stream()
                .filter(condition -> condition.type().equals("PartiallyInvalid")
                        ? condition.status().equals("True")
                        : condition.status().equals("False"))
                .map(condition -> condition.type() + "=" + condition.status() + " " + condition.reason()
                        + (several ? " (" + condition.parent() + ")" : ""))
                .collect(Collectors.joining(", "));
    }

    private static String ports(List<PortItem> ports) {
        return ports.stream()
                .map(port -> port.port() + target(port) + "/" + port.protocol())
                .collect(Collectors.joining(","));
    }

    private static String target(PortItem port) {
        if (port.targetName() != null) {
            return ">" + port.targetName();
        }
        Integer number = port.targetPort();
        return number == null || number == port.port() ? "" : ">" + number;
    }

    private void printOrNone(PrintWriter out, Table table, String what) {
        if (table.isEmpty()) {
            out.println("No " + what + (namespace == null ? "." : " in namespace " + namespace + "."));
        } else {
            table.print(out);
        }
    }
}
