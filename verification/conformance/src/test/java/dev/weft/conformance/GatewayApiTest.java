package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Gateway API's sentences about routes of a mesh, each with a request that shows it: through two real sidecars, and through a
 * real Envoy that is served the same documents. The cases are tables, {@code src/test/resources/gateway-api/*.yaml}.
 */
class GatewayApiTest {
    private static final Path TABLES = Path.of("src/test/resources/gateway-api");
    private static final int MANY = 400;

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static GatewayApiMesh mesh;

    private interface Asker {
        List<RouteCase.Answer> ask(RouteCase asked, int times) throws IOException;
    }

    @BeforeAll
    static void start() throws IOException {
        mesh = new GatewayApiMesh(folder);
    }

    @AfterAll
    static void stop() {
        if (mesh != null) {
            System.out.println(mesh.outputs());
            mesh.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> everySentenceHolds() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        int cases = 0;
        for (Map.Entry<String, Map<?, ?>> table : tables().entrySet()) {
            String topic = table.getKey();
            String documents = String.valueOf(table.getValue().get("documents"));
            tests.add(DynamicTest.dynamicTest(topic + ": its documents", () -> mesh.configure(topic, documents)));
            for (Object fields :
                    (List<?>) Objects.requireNonNull(table.getValue().get("cases"))) {
                RouteCase one = RouteCase.of((Map<?, ?>) Objects.requireNonNull(fields));
                cases++;
                tests.add(DynamicTest.dynamicTest(topic + ": " + one.ask() + " " + one.with() + " " + one.as(), () -> {
                    check("through two sidecars", one, one.expect(), mesh::throughSidecars);
                    check("through Envoy", one, one.envoy().isEmpty() ? one.expect() : one.envoy(), mesh::throughEnvoy);
                }));
            }
        }
        assertThat(cases).as("cases").isGreaterThanOrEqualTo(120);
        return tests.stream();
    }

    /** Topics in alphabetical order. */
    private static Map<String, Map<?, ?>> tables() throws IOException {
        Map<String, Map<?, ?>> tables = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(TABLES)) {
            for (Path file : files.sorted().toList()) {
                Object table = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
                tables.put(
                        file.getFileName().toString().replace(".yaml", ""), (Map<?, ?>) Objects.requireNonNull(table));
            }
        }
        return tables;
    }

    private static void check(String way, RouteCase one, Map<String, Object> wanted, Asker asker) throws IOException {
        Map<String, String> shares = one.shares(wanted);
        if (shares.isEmpty()) {
            RouteCase.Answer answer = asker.ask(one, 1).getFirst();
            assertThat(one.faults(wanted, answer))
                    .as("%s\n%s\n%s %s\n%s", one.says(), way, answer.status(), answer.headers(), answer.body())
                    .isEmpty();
            return;
        }
        Map<String, Integer> counts = new TreeMap<>();
        for (RouteCase.Answer answer : asker.ask(one, MANY)) {
            counts.merge(
                    answer.backend().isEmpty() ? String.valueOf(answer.status()) : answer.backend(), 1, Integer::sum);
        }
        assertThat(counts.keySet()).as("%s\n%s", one.says(), way).isSubsetOf(shares.keySet());
        shares.forEach((who, percent) -> {
            double share = Double.parseDouble(percent) / 100;
            // five standard deviations: wrong once in two million runs
            double spread = 5 * Math.sqrt(MANY * share * (1 - share));
            assertThat((double) counts.getOrDefault(who, 0))
                    .as("%s\n%s: %s", one.says(), way, counts)
                    .isBetween(MANY * share - spread, MANY * share + spread);
        });
    }
}
