package dev.weft.cli;

import dev.weft.adminapi.OperatorApi;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
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
            "  weft proxy-config clusters cart.shop -o yaml",
            "  weft proxy-config stats frontend.shop | grep istio_requests_total"
        })
final class ProxyConfigCommand implements Callable<Integer> {
    /** What can be asked for. */
    enum Part {
        LISTENERS("listeners"),
        CLUSTERS("clusters"),
        ROUTES("routes"),
        ENDPOINTS("endpoints"),
        CERTS("certs"),
        STATS("stats/prometheus"),
        ALL("config_dump");

        private final String path;

        Part(String path) {
            this.path = path;
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
        String text = controlPlane.get(OperatorApi.PROXIES + "/" + ControlPlaneClient.encode(id) + "/" + part.path);
        PrintWriter out = spec.commandLine().getOut();
        if (part == Part.STATS) {
            out.print(text);
            out.flush();
        } else {
            output.printJson(out, text);
        }
        return 0;
    }
}
