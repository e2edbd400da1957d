package dev.weft.sources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.MeshResource;
import dev.weft.meshmodel.SourceUpdate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Istio's documents and what becomes of them: {@code src/test/resources/istio/*.yaml} beside {@code *.weft.yaml}
 * ({@code -Dgolden.update=true} writes these; read the difference), and the table {@code refused.yaml}.
 */
class IstioImportTest {
    private static final Path FOLDER = Path.of("src/test/resources/istio");

    static List<Path> accepted() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> !file.toString().endsWith(".weft.yaml") && !file.endsWith("refused.yaml"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void whatIsExactIsPrintedAsOurs(Path file) throws IOException {
        IstioImport imported = new IstioImport();
        imported.add(String.valueOf(file.getFileName()), Files.readString(file));
        assertThat(imported.diagnostics())
                .filteredOn(found -> found.severity() != Diagnostic.Severity.INFO)
                .isEmpty();
        Path expected = Path.of(file.toString().replace(".yaml", ".weft.yaml"));
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(expected, imported.yaml());
        }
        assertThat(imported.yaml()).isEqualTo(Files.readString(expected));
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void whatIsPrintedIsWhatTheMeshServes(Path file) throws IOException {
        IstioImport imported = new IstioImport();
        imported.add("printed", Files.readString(file));
        List<MeshResource> printed = resources("printed.yaml", imported.yaml());
        assertThat(printed).isNotEmpty();
        assertThat(resources(file.toString(), Files.readString(file))).containsExactlyInAnyOrderElementsOf(printed);
    }

    private static List<MeshResource> resources(String file, String text) {
        ConfigState state = new ConfigState();
        state.put(file, text);
        List<MeshResource> resources = new ArrayList<>();
        for (SourceUpdate update : state.settle()) {
            if (update instanceof SourceUpdate.Upsert upsert) {
                resources.add(upsert.resource());
            } else if (update instanceof SourceUpdate.Reported reported) {
                assertThat(reported.diagnostics()).noneMatch(Diagnostic::isError);
            }
        }
        return resources;
    }

    private static List<Map<?, ?>> refused() throws IOException {
        List<Map<?, ?>> rows = new ArrayList<>();
        Object table = new Load(LoadSettings.builder().build())
                .loadFromString(Files.readString(FOLDER.resolve("refused.yaml")));
        for (Object row : (List<?>) Objects.requireNonNull(table)) {
            rows.add((Map<?, ?>) Objects.requireNonNull(row));
        }
        return rows;
    }

    /** Fields only: what is wrong with a value is said where it is. */
    @Test
    void thePageNamesEveryFieldThatIsRefused() throws IOException {
        String page = Files.readString(Path.of("../../docs/istio.md"));
        for (Map<?, ?> row : refused()) {
            for (Object finding : (List<?>) Objects.requireNonNull(row.get("refused"))) {
                String text = String.valueOf(finding);
                String field = text.substring(text.lastIndexOf('.') + 1).replaceAll("\\[.*", "");
                if (text.startsWith("unsupported-field ") && !field.equals("http")) {
                    assertThat(page).as(text).containsPattern("`([^`]*\\.)?" + field + "`");
                }
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> whatIsNotExactIsRefusedByName() throws IOException {
        return refused().stream().map(fields -> {
            String kind = String.valueOf(fields.get("kind"));
            String spec = String.valueOf(fields.get("spec"));
            List<?> refused = (List<?>) Objects.requireNonNull(fields.get("refused"));
            return DynamicTest.dynamicTest(kind + " " + spec.strip(), () -> {
                IstioImport imported = new IstioImport();
                imported.add(
                        "f",
                        "apiVersion: networking.istio.io/v1\nkind: " + kind
                                + "\nmetadata: {name: n, namespace: shop}\nspec:\n" + spec.indent(2));
                assertThat(imported.diagnostics().stream()
                                .filter(Diagnostic::isError)
                                .map(found -> found.code() + " " + found.path()))
                        .containsExactlyInAnyOrderElementsOf(
                                refused.stream().map(String::valueOf).toList());
                assertThat(imported.yaml()).isEmpty();
            });
        });
    }

    @Test
    void aFindingHasItsPlaceInIstiosDocument() {
        IstioImport imported = new IstioImport();
        imported.add("reviews.yaml", """
                # a comment
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: reviews}
                spec:
                  hosts: [reviews]
                  http:
                  - match:
                    - uri:
                        regex: "/a(?=b)"
                    retries: {attempts: 3}
                    route: [{destination: {host: reviews}}]
                """);
        assertThat(imported.diagnostics())
                .extracting(Diagnostic::toString)
                .containsExactly(
                        "reviews.yaml:11:5: error[unsupported-field] spec.http[0].retries: routes have no retries"
                                + " yet");
        imported.add("more.yaml", """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: reviews}
                spec:
                  hosts: [reviews]
                  http:
                  - match:
                    - uri:
                        regex: "/a(?=b)"
                    route: [{destination: {host: reviews}}]
                """);
        assertThat(imported.diagnostics().getFirst().toString())
                .startsWith("more.yaml:9:9: error[bad-regex] spec.http[0].match[0].uri: is not an RE2 expression");
    }

    @Test
    void otherDocumentsAreNamedAndLeftAlone() {
        IstioImport imported = new IstioImport();
        imported.add("all.yaml", """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: a}
                spec: {}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: a}
                spec: {ports: [{port: 80}]}
                ---
                apiVersion: networking.istio.io/v1
                kind: Gateway
                metadata: {name: a}
                spec: {}
                """);
        assertThat(imported.diagnostics())
                .extracting(found -> found.severity() + " " + found.code() + " " + found.location())
                .containsExactly(
                        "ERROR unknown-kind all.yaml:12:1",
                        "INFO not-istio all.yaml:1:1",
                        "INFO not-istio all.yaml:5:1");
        assertThat(imported.yaml()).isEmpty();
    }
}
