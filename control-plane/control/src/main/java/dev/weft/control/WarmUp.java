package dev.weft.control;

import dev.weft.base.Address;
import dev.weft.base.SpiffeId;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A training run for the JVM's AOT cache: a small mesh in a temporary directory on free ports, some proxies and requests, and
 * an end by itself. What is not done here is loaded and linked while a mesh waits for it.
 */
final class WarmUp {
    private static final int SERVICES = 20;

    /** One more in the image of what a mesh is asked to do than {@link #SERVICE} says. */
    private static final String ROUTE = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: warm, namespace: default}
            spec:
              parentRefs: [{kind: Service, group: "", name: warm-0}]
              rules:
              - backendRefs: [{name: warm-0, port: 80, weight: 9}, {name: warm-1, port: 80, weight: 1}]
            """;

    private static final String SERVICE = """
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: warm-%1$d, namespace: default}
            spec:
              selector: {app: warm-%1$d}
              ports: [{name: http, port: 80, targetPort: 8080, appProtocol: http}]
            ---
            apiVersion: weft.dev/v1
            kind: Workload
            metadata: {name: warm-%1$d, namespace: default, labels: {app: warm-%1$d}}
            spec: {address: 127.0.0.1, ports: [{name: http, port: %2$d}], serviceAccount: warm}
            """;

    private WarmUp() {}

    /** Exit code 0, or 1 when something failed. */
    static int run(PrintStream err) {
        try {
            Path folder = Files.createTempDirectory("weft-warm-up");
            try {
                Path config = Files.createDirectory(folder.resolve("config"));
                write(config, 8080);
                try (ControlPlane plane =
                        ControlPlane.start(ControlPlaneConfig.ephemeral(config, folder.resolve("state")))) {
                    proxies(plane, config);
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

    private static void write(Path config, int port) throws IOException {
        StringBuilder mesh = new StringBuilder(ROUTE);
        for (int i = 0; i < SERVICES; i++) {
            mesh.append(SERVICE.formatted(i, port));
        }
        Files.writeString(config.resolve("mesh.yaml"), mesh);
    }

    /** Some with TLS and some without get the mesh, and a change of it. */
    private static void proxies(ControlPlane plane, Path config) throws IOException, InterruptedException {
        Address plain = Objects.requireNonNull(plane.plaintextXdsAddress());
        List<ManagedChannel> channels = List.of(
                NettyChannelBuilder.forAddress(plain.host(), plain.port())
                        .usePlaintext()
                        .build(),
                NettyChannelBuilder.forAddress(
                                plane.xdsAddress().host(), plane.xdsAddress().port())
                        .sslContext(GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                                .keyManager(plane.serving().keyManager())
                                .trustManager(plane.serving().trust())
                                .build())
                        .build());
        SpiffeId identity = plane.serving().identity();
        List<WarmUpProxy> proxies = new ArrayList<>();
        try {
            for (int i = 0; i < SERVICES; i++) {
                proxies.add(new WarmUpProxy(
                        channels.get(i % 2),
                        "warm-" + i,
                        Objects.requireNonNull(identity.namespace()),
                        Objects.requireNonNull(identity.serviceAccount())));
            }
            for (int port : List.of(8080, 8081)) {
                write(config, port);
                for (WarmUpProxy proxy : proxies) {
                    proxy.await(2 * SERVICES + (port == 8080 ? 0 : SERVICES));
                }
            }
        } finally {
            proxies.forEach(WarmUpProxy::close);
            channels.forEach(ManagedChannel::shutdownNow);
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
