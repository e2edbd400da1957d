package dev.weft.cli;

import dev.weft.adminapi.CertificateStatus;
import dev.weft.adminapi.ControlPlaneInfo;
import dev.weft.adminapi.OperatorApi;
import dev.weft.adminapi.ProxyList;
import dev.weft.adminapi.ProxyStatus;
import dev.weft.adminapi.SyncState;
import dev.weft.adminapi.TypeSync;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft status}: every proxy, and whether it has what it should have. */
@Command(
        name = "status",
        description = "Show every proxy: identity, configuration, certificate.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  weft status", "  weft status -n shop -o wide", "  weft status -o json | jq '.proxies[].state'"})
final class StatusCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    private ControlPlaneClient controlPlane = new ControlPlaneClient();

    @Mixin
    private Output output = new Output();

    @Option(
            names = {"-n", "--namespace"},
            description = "Only proxies of this namespace.")
    private @Nullable String namespace;

    @Override
    public Integer call() {
        ControlPlaneInfo info = controlPlane.get(ControlPlaneInfo.class, OperatorApi.INFO);
        ProxyList all = controlPlane.get(ProxyList.class, OperatorApi.PROXIES);
        List<ProxyStatus> proxies = all.proxies().stream()
                .filter(proxy -> namespace == null || proxy.namespace().equals(namespace))
                .toList();
        ProxyList list = new ProxyList(all.configVersion(), proxies);
        output.print(spec.commandLine().getOut(), list, out -> print(out, info, list));
        return 0;
    }

    private void print(PrintWriter out, ControlPlaneInfo info, ProxyList list) {
        out.println("Control plane " + info.version() + ", trust domain " + info.trustDomain() + ", configuration "
                + list.configVersion() + ", " + Words.count(info.services(), "service", "services") + ", "
                + Words.count(info.workloads(), "workload", "workloads"));
        info.warnings().forEach(warning -> out.println(Style.WARN.paint("warning: " + warning)));
        if (list.proxies().isEmpty()) {
            out.println("No proxies" + (namespace == null ? "" : " in namespace " + namespace)
                    + ". 'weft run' starts an application with one.");
            return;
        }
        out.println();
        table(list).print(out);
        list.proxies().forEach(proxy -> reasons(out, proxy));
    }

    private Table table(ProxyList list) {
        Table table = output.wide()
                ? new Table(
                        "PROXY", "SERVICE", "STATE", "CONFIG", "CERTIFICATE", "VERSION", "ADDRESS", "MODE", "IDENTITY")
                : new Table("PROXY", "SERVICE", "STATE", "CONFIG", "CERTIFICATE", "VERSION", "IDENTITY");
        for (ProxyStatus proxy : list.proxies()) {
            Table.Row row = table.row()
                    .add(proxy.id())
                    .add(proxy.service())
                    .add(proxy.state().name().toLowerCase(Locale.ROOT), style(proxy.state()))
                    .add(config(proxy, list.configVersion()))
                    .add(certificate(proxy.certificate()), certificateStyle(proxy.certificate()))
                    .add(
                            proxy.version() + (proxy.versionSkew() ? " (skew)" : ""),
                            proxy.versionSkew() ? Style.WARN : Style.PLAIN);
            if (output.wide()) {
                row.add(proxy.address()).add(proxy.mode());
            }
            row.add(proxy.identity() == null ? "none (plaintext)" : proxy.identity());
        }
        return table;
    }

    private static String config(ProxyStatus proxy, long newest) {
        long behind = newest - proxy.configVersion();
        return proxy.configVersion() + (behind > 0 ? " (" + behind + " behind)" : "");
    }

    private static Style style(SyncState state) {
        return switch (state) {
            case SYNCED -> Style.GOOD;
            case STALE -> Style.WARN;
            case REJECTED, DISCONNECTED -> Style.BAD;
        };
    }

    private static String certificate(@Nullable CertificateStatus certificate) {
        if (certificate == null) {
            return "";
        }
        return Words.age(certificate.ageSeconds()) + " old, " + Words.age(certificate.remainingSeconds()) + " left";
    }

    /** Renewal is at half of the life: a quarter left means that it did not happen. */
    private static Style certificateStyle(@Nullable CertificateStatus certificate) {
        if (certificate == null) {
            return Style.PLAIN;
        }
        long life = certificate.ageSeconds() + certificate.remainingSeconds();
        return certificate.remainingSeconds() < life / 4 ? Style.BAD : Style.PLAIN;
    }

    private static void reasons(PrintWriter out, ProxyStatus proxy) {
        for (TypeSync type : proxy.sync()) {
            if (!type.reason().isEmpty()) {
                out.println();
                out.println(Style.BAD.paint(
                        proxy.id() + " rejected " + type.type() + " " + String.join(", ", type.rejected())));
                out.println("  " + type.reason());
            }
        }
    }
}
