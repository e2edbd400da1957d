package dev.weft.control;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A training run for the JVM's AOT cache: a small mesh in a temporary directory on free ports, some requests, and an end by
 * itself.
 */
final class WarmUp {
    private static final String MESH = """
            apiVersion: v1
            kind: Service
            metadata: {name: warm, namespace: default}
            spec:
              selector: {app: warm}
              ports: [{name: http, port: 80, targetPort: 8080, appProtocol: http}]
            ---
            apiVersion: weft.dev/v1
            kind: Workload
            metadata: {name: warm-1, namespace: default, labels: {app: warm}}
            spec: {address: 127.0.0.1, ports: [{name: http, port: 8080}], serviceAccount: warm}
            """;

    private WarmUp() {}

    /** Exit code 0, or 1 when something failed. */
    static int run(PrintStream err) {
        try {
            Path folder = Files.createTempDirectory("weft-warm-up");
            try {
                Path config = Files.createDirectory(folder.resolve("config"));
                Files.writeString(config.resolve("mesh.yaml"), MESH);
                try (ControlPlane plane =
                        ControlPlane.start(ControlPlaneConfig.ephemeral(config, folder.resolve("state")))) {
                    visit(plane);
                }
            } finally {
                delete(folder);
            }
            return 0;
        } catch (IOException | InterruptedException e) {
            err.println("control-plane: warm-up failed: " + e);
            return 1;
        }
    }

    private static void visit(ControlPlane plane) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (String path : List.of("info", "proxies", "diagnostics", "resources", "services", "graph")) {
                HttpRequest request = HttpRequest.newBuilder(
                                URI.create("http://" + plane.operatorAddress() + "/api/v1/" + path))
                        .header("Authorization", "Bearer " + plane.operatorToken())
                        .build();
                HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() != 200) {
                    throw new IOException(path + ": " + response.statusCode());
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
