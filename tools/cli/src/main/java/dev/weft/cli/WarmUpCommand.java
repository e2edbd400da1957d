package dev.weft.cli;

import com.sun.net.httpserver.HttpServer;
import dev.weft.adminapi.CertificateStatus;
import dev.weft.adminapi.ControlPlaneInfo;
import dev.weft.adminapi.ProxyList;
import dev.weft.adminapi.ProxyStatus;
import dev.weft.adminapi.RecordJson;
import dev.weft.adminapi.SyncState;
import dev.weft.adminapi.TypeSync;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The training run for the AOT cache: does what commands do, against a control plane of its own making. */
@Command(name = "warm-up", hidden = true)
final class WarmUpCommand implements Callable<Integer> {
    private static final ProxyStatus PROXY = new ProxyStatus(
            "a.b",
            "a",
            "b",
            "a",
            "spiffe://cluster.local/ns/b/sa/a",
            "10.0.0.1",
            "REDIRECT",
            true,
            "",
            "",
            "0",
            false,
            "delta",
            SyncState.SYNCED,
            1,
            List.of(new TypeSync("LDS", SyncState.SYNCED, 1, 1, 1, "", List.of())),
            new CertificateStatus("1", "", "", 1, 1));
    private static final ControlPlaneInfo INFO =
            new ControlPlaneInfo("0", "cluster.local", "", "", 1, "", "", false, 1, 1, 1, "", List.of());

    @Override
    public Integer call() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            boolean info = exchange.getRequestURI().getPath().endsWith("/info");
            byte[] body = RecordJson.write(info ? INFO : new ProxyList(1, List.of(PROXY)))
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        Path token = Files.createTempFile("weft", ".token");
        try {
            PrintWriter nowhere = new PrintWriter(PrintWriter.nullWriter());
            String api = "http://127.0.0.1:" + server.getAddress().getPort();
            for (String form : List.of("table", "wide", "json", "yaml")) {
                Main.run(nowhere, nowhere, "status", "--api", api, "--token-file", token.toString(), "-o", form);
            }
            Main.run(nowhere, nowhere, "--help");
            Main.run(nowhere, nowhere, "version");
            Main.run(nowhere, nowhere, "stauts");
        } finally {
            server.stop(0);
            Files.deleteIfExists(token);
        }
        return 0;
    }
}
