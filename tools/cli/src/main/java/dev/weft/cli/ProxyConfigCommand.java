package dev.weft.cli;

import dev.weft.adminapi.OperatorApi;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft proxy-config}: what one proxy itself says it runs with. */
@Command(
        name = "proxy-config",
        aliases = "pc",
        description = "Show what one proxy runs with, asked of the proxy itself.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  weft proxy-config routes frontend.shop",
            "  weft proxy-config clusters cart.shop",
            "  weft proxy-config routes cart.shop -o yaml",
            "  weft proxy-config stats frontend.shop | grep istio_requests_total"
        })
final class ProxyConfigCommand implements Callable<Integer> {
    /** What can be asked for. */
    enum Part {
        LISTENERS("listeners", ProxyTables::listeners),
        CLUSTERS("clusters", ProxyTables::clusters),
        ROUTES("routes", ProxyTables::routes),
        ENDPOINTS("endpoints", ProxyTables::endpoints),
        CERTS("certs", ProxyTables::certificates),
        STATS("stats/prometheus", null),
        ALL("config_dump", null);

        private final String path;
        private final @Nullable Function<String, Table> table; // null = the page as it comes

        Part(String path, @Nullable Function<String, Table> table) {
            this.path = path;
            this.table = table;
        }

        /** Pages that are lines unless JSON is asked for. */
        private boolean isText() {
            return this == LISTENERS || this == CLUSTERS;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    private ControlPlaneClient controlPlane = new ControlPlaneClient();

    @Mixin
    private Output output = new Output();

    @Parameters(index = "0", paramLabel = "PART", description = "One of ${COMPLETION-CANDIDATES}.")
    private Part part = Part.ALL;

    @Parameters(
            index = "1",
            paramLabel = "PROXY",
            description = "NAME.NAMESPACE as in 'weft status', or its beginning.")
    private String proxy = "";

    @Override
    public Integer call() {
        String id = ProxyNames.resolve(controlPlane, proxy);
        String path = OperatorApi.PROXIES + "/" + ControlPlaneClient.encode(id) + "/" + part.path;
        String text = controlPlane.get(part.isText() && !output.isTable() ? path + "?format=json" : path);
        PrintWriter out = spec.commandLine().getOut();
        Function<String, Table> table = part.table;
        if (part == Part.STATS) {
            out.print(text);
        } else if (table == null || !output.isTable()) {
            output.printJson(out, text);
        } else {
            Table rows = table.apply(text);
            if (rows.isEmpty()) {
                out.println("No " + part + ".");
            } else {
                rows.print(out);
            }
        }
        out.flush();
        return 0;
    }
}
