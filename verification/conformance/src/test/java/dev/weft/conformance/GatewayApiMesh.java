package dev.weft.conformance;

import dev.weft.base.Json;
import dev.weft.testkit.Await;
import dev.weft.testkit.EchoServer;
import dev.weft.testkit.FreePorts;
import dev.weft.testkit.Peers;
import dev.weft.testkit.PlainHttpConnection;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Two meshes of the same documents and the same applications: one of real sidecars, whose backends are reached over mutual TLS,
 * and one in which the caller's proxy is a real Envoy that our control plane serves. {@link #close()} ends both.
 */
final class GatewayApiMesh implements AutoCloseable {
    private static final Duration READY = Duration.ofSeconds(90);
    private static final String ADDRESS = "explicit mode \\(.*\\): %s listens at (127\\.77\\.[0-9.]+),";

    /** Applications by the namespace they run in. */
    private static final Map<String, List<String>> BACKENDS =
            Map.of("shop", List.of("one", "two", "three"), "lab", List.of("lab"));

    static final List<String> CALLERS = List.of("shop", "consumer");

    private final LoopbackMesh sidecars;
    private final LoopbackMesh envoys;
    private final Map<String, String> sidecarOf = new LinkedHashMap<>(); // by the caller's namespace
    private final Map<String, String> envoyOf = new LinkedHashMap<>();

    GatewayApiMesh(Path folder) throws IOException {
        sidecars = LoopbackMesh.start(folder.resolve("sidecars"));
        int plaintext = FreePorts.next();
        envoys = LoopbackMesh.start(folder.resolve("envoys"), "--plaintext-xds", "127.0.0.1:" + plaintext);
        String token = String.valueOf(sidecars.json("token", "create", "--host", "lab", "--identity", "*/*")
                .get("token"));
        String unused = sidecars.join("credential", token).orThrow();
        StringBuilder workloads = new StringBuilder();
        BACKENDS.forEach((namespace, names) -> names.forEach(name -> {
            RunningProcess unit = sidecars.run(
                    namespace,
                    name,
                    8080,
                    "credential",
                    "exec " + LoopbackMesh.java(EchoServer.class, "--name " + name + " --port 8080 --address $HOST"),
                    "--label",
                    "tier=" + tier(name));
            workloads.append(workload(namespace, name, address(unit, name)));
        }));
        for (String namespace : CALLERS) {
            RunningProcess unit = sidecars.run(
                    namespace,
                    "caller",
                    9000,
                    "credential",
                    "exec " + LoopbackMesh.java(EchoServer.class, "--name caller --port 9000 --address $HOST"));
            sidecarOf.put(namespace, address(unit, "caller"));
        }
        String services = Files.readString(Path.of("src/test/resources/gateway-api-services.yaml"));
        sidecars.write("services.yaml", services);
        envoys.write("services.yaml", services);
        envoys.write("workloads.yaml", workloads.toString());
        int last = 1;
        for (String namespace : CALLERS) {
            String address = "127.77.254." + last++;
            envoyOf.put(namespace, address);
            RunningProcess envoy = envoys.keep(envoy(folder, namespace, address, plaintext));
            envoy.awaitPort(address, 15_001, READY);
        }
        for (List<String> names : BACKENDS.values()) {
            names.forEach(name -> sidecars.awaitInstances(name, 1));
        }
    }

    private static String address(RunningProcess unit, String service) {
        return unit.awaitLine(ADDRESS.formatted(service), READY).group(1);
    }

    private static String workload(String namespace, String name, String address) {
        return """
                ---
                apiVersion: weft.dev/v1
                kind: Workload
                metadata: {name: %2$s-1, namespace: %1$s, labels: {app: %2$s, tier: %4$s}}
                spec: {address: %3$s, ports: [{name: http, port: 8080}], serviceAccount: %2$s, tls: plaintext}
                """.formatted(namespace, name, address, tier(name));
    }

    /** A label that several have. */
    private static String tier(String name) {
        return name.equals("three") ? "cache" : "backend";
    }

    private static RunningProcess envoy(Path folder, String namespace, String address, int xds) throws IOException {
        Path file = folder.resolve("envoy-" + namespace + ".json");
        Files.writeString(file, Json.writePretty(EnvoyBootstrap.explicit(namespace, address, xds)));
        return RunningProcess.start(
                "envoy of " + namespace,
                Peers.require("envoy"),
                "-c",
                file.toString(),
                "--disable-hot-restart",
                "--concurrency",
                "1",
                "--log-level",
                "warn");
    }

    /** Puts these documents into force in both meshes, instead of those before. {@code topic}: a name to know them by. */
    void configure(String topic, String documents) throws IOException {
        // the last of the routes, by name, of the one resource all of them are in: where it is, the others are
        String marker = """
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: marker, namespace: shop}
                spec: {ports: [{name: http, port: 80}]}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: marker, namespace: shop}
                spec:
                  parentRefs: [{group: "", kind: Service, name: marker}]
                  rules: [{filters: [{type: RequestRedirect, requestRedirect: {hostname: %s.test}}]}]
                """.formatted(topic);
        for (LoopbackMesh mesh : List.of(sidecars, envoys)) {
            mesh.write("topic.yaml", documents + marker);
        }
        RouteCase asks = RouteCase.of(Map.of("says", "marker", "ask", "GET http://marker.shop/"));
        for (String namespace : CALLERS) {
            for (Map<String, String> proxies : List.of(sidecarOf, envoyOf)) {
                String proxy = Objects.requireNonNull(proxies.get(namespace));
                Await.until(topic + " at the caller of " + namespace + " at " + proxy, READY, () -> {
                    try {
                        return ask(proxy, asks, 1)
                                .getFirst()
                                .header("location")
                                .orElse("")
                                .contains("//" + topic + ".test");
                    } catch (IOException e) {
                        return false;
                    }
                });
            }
        }
    }

    /** The answers to {@code times} equal requests. */
    List<RouteCase.Answer> throughSidecars(RouteCase asked, int times) throws IOException {
        return ask(Objects.requireNonNull(sidecarOf.get(asked.as())), asked, times);
    }

    /** The same through Envoy. */
    List<RouteCase.Answer> throughEnvoy(RouteCase asked, int times) throws IOException {
        return ask(Objects.requireNonNull(envoyOf.get(asked.as())), asked, times);
    }

    private static List<RouteCase.Answer> ask(String proxy, RouteCase asked, int times) throws IOException {
        List<RouteCase.Answer> answers = new ArrayList<>();
        while (answers.size() < times) {
            try (PlainHttpConnection connection = new PlainHttpConnection(proxy, 15_001, 20_000)) {
                boolean open = true;
                while (open && answers.size() < times) {
                    connection.send(request(asked).getBytes(StandardCharsets.ISO_8859_1));
                    PlainHttpConnection.Answer answer =
                            connection.read(asked.ask().startsWith("HEAD "));
                    answers.add(new RouteCase.Answer(answer.status(), answer.headerLines(), answer.text()));
                    open = !answer.closes();
                }
            }
        }
        return answers;
    }

    private static String request(RouteCase asked) {
        String url = asked.ask().substring(asked.ask().indexOf(' ') + 1);
        StringBuilder request = new StringBuilder(asked.ask() + " HTTP/1.1\r\n");
        request.append("Host: ").append(URI.create(url).getRawAuthority()).append("\r\n");
        if (!asked.with().containsKey("x-echo")) {
            request.append("x-echo: headers\r\n");
        }
        asked.with()
                .forEach((name, value) ->
                        request.append(name).append(": ").append(value).append("\r\n"));
        return request.append("\r\n").toString();
    }

    String outputs() {
        return sidecars.outputs() + envoys.outputs();
    }

    @Override
    public void close() {
        envoys.close();
        sidecars.close();
    }
}
