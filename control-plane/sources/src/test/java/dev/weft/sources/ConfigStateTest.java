package dev.weft.sources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.SourceUpdate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigStateTest {
    private final ConfigState state = new ConfigState();
    private MeshImage image = MeshImage.empty();
    private List<Diagnostic> diagnostics = List.of();

    private static String service(String name, int port) {
        return "apiVersion: v1\nkind: Service\nmetadata: {name: " + name + "}\nspec: {ports: [{port: " + port + "}]}\n";
    }

    private List<SourceUpdate> settle() {
        List<SourceUpdate> updates = state.settle();
        image = image.apply(updates).after();
        updates.forEach(update -> {
            if (update instanceof SourceUpdate.Reported reported) {
                diagnostics = reported.diagnostics();
            }
        });
        return updates;
    }

    private Integer port(String service) {
        var found = image.service(ResourceKey.service("default", service));
        return found == null ? null : found.ports().getFirst().port();
    }

    private List<String> codes() {
        return diagnostics.stream().map(Diagnostic::code).toList();
    }

    @Test
    void badDocumentKeepsItsLastGoodVersionWhileOthersApply() {
        state.put("a.yaml", service("one", 1) + "---\n" + service("two", 1));
        settle();
        state.put("a.yaml", service("one", 99_999) + "---\n" + service("two", 2));
        settle();
        assertThat(port("one")).isEqualTo(1);
        assertThat(port("two")).isEqualTo(2);
        assertThat(codes()).containsExactly("out-of-range");
        state.put("a.yaml", service("one", 3) + "---\n" + service("two", 2));
        settle();
        assertThat(port("one")).isEqualTo(3);
        assertThat(diagnostics).isEmpty();
    }

    @Test
    void syntaxErrorTakesNothingOfItsFileAwayAndStopsNoOther() {
        state.put("a.yaml", service("one", 1) + "---\n" + service("two", 1));
        state.put("b.yaml", service("three", 1));
        settle();
        state.put("a.yaml", "kind: [\n---\n" + service("two", 2));
        state.put("b.yaml", service("three", 2));
        settle();
        assertThat(port("one")).isEqualTo(1);
        assertThat(port("two")).isEqualTo(2);
        assertThat(port("three")).isEqualTo(2);
        assertThat(codes()).containsExactly("yaml-syntax");
        state.put("a.yaml", service("two", 2));
        settle();
        assertThat(port("one")).isNull();
    }

    @Test
    void newBadDocumentIsSimplyNotThere() {
        state.put("a.yaml", service("one", 0));
        settle();
        assertThat(port("one")).isNull();
        assertThat(codes()).containsExactly("out-of-range");
    }

    @Test
    void removedDocumentsAndFilesAreRemoved() {
        state.put("a.yaml", service("one", 1) + "---\n" + service("two", 1));
        state.put("b.yaml", service("three", 1));
        settle();
        state.put("a.yaml", service("two", 1));
        state.remove("b.yaml");
        settle();
        assertThat(image.services()).extracting(s -> s.name()).containsExactly("two");
    }

    @Test
    void foreignDocumentDoesNotHoldBackARemoval() {
        state.put("a.yaml", service("one", 1) + "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: one}\n");
        settle();
        state.put("a.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: one}\n");
        settle();
        assertThat(port("one")).isNull();
    }

    @Test
    void secondDocumentOfANameIsReportedAndTheFirstStays() {
        state.put("b.yaml", service("one", 1));
        settle();
        state.put("a.yaml", service("one", 2)); // earlier in order, later in time
        settle();
        assertThat(port("one")).isEqualTo(1);
        assertThat(diagnostics).singleElement().satisfies(d -> {
            assertThat(d.code()).isEqualTo("duplicate-name");
            assertThat(d.location()).hasToString("a.yaml:3:12");
            assertThat(d.problem()).contains("b.yaml:1:1");
        });
        state.remove("b.yaml");
        settle();
        assertThat(port("one")).isEqualTo(2);
        assertThat(diagnostics).isEmpty();
    }

    @Test
    void thereIsOneMesh() {
        String mesh = "apiVersion: weft.dev/v1\nkind: Mesh\nmetadata: {name: %s}\nspec: {mtls: %s}\n";
        state.put("a.yaml", mesh.formatted("a", "STRICT") + "---\n" + mesh.formatted("b", "PERMISSIVE"));
        settle();
        assertThat(codes()).containsExactly("duplicate-name");
        assertThat(image.settings().mtls()).hasToString("STRICT");
    }

    @Test
    void unreadableFileKeepsItsDocuments() {
        state.put("a.yaml", service("one", 1));
        settle();
        state.unreadable("a.yaml", "unreadable-file", "cannot be read");
        settle();
        assertThat(port("one")).isEqualTo(1);
        assertThat(codes()).containsExactly("unreadable-file");
        state.put("a.yaml", service("one", 2));
        settle();
        assertThat(port("one")).isEqualTo(2);
        assertThat(diagnostics).isEmpty();
    }

    @Test
    void unchangedFilesGiveNoUpdates() {
        state.put("a.yaml", service("one", 1) + "---\n" + service("two", 1));
        settle();
        state.put("a.yaml", service("one", 1) + "---\n" + service("two", 1));
        assertThat(settle()).isEmpty();
    }

    @Test
    void movedDocumentKeepsItsPlacesRight() {
        state.put("a.yaml", service("one", 1));
        settle();
        state.put("a.yaml", "# a\n# b\n---\n" + service("one", 1));
        settle();
        ResourceKey key = ResourceKey.service("default", "one");
        assertThat(image.provenance(key).place("metadata.name")).hasToString("a.yaml:6:12");
        assertThat(image.version()).isEqualTo(1);
    }

    @Test
    void lastGoodVersionsSurviveARestart(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("state/last-good.yaml");
        state.put("a.yaml", service("one", 1) + "---\n" + service("two", 1));
        settle();
        new LastGood(file).save(state.good());

        ConfigState restarted = new ConfigState();
        restarted.put("a.yaml", service("one", 0) + "---\n]\n");
        assertThat(restarted.hasBadDocuments()).isTrue();
        restarted.seed(new LastGood(file).load());
        MeshImage after = MeshImage.empty().apply(restarted.settle()).after();
        assertThat(after.services()).extracting(s -> s.name()).containsExactly("one", "two");
        assertThat(after.provenance(ResourceKey.service("default", "two")).place("metadata.name"))
                .hasToString("a.yaml:8:12");
        assertThat(after.provenance(ResourceKey.service("default", "one")).place("metadata.name"))
                .hasToString("a.yaml:3:12");
    }

    @Test
    void lastGoodVersionOfADeletedDocumentDoesNotComeBack(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("last-good.yaml");
        state.put("a.yaml", service("one", 1));
        state.put("b.yaml", service("two", 1));
        settle();
        new LastGood(file).save(state.good());
        ConfigState restarted = new ConfigState();
        restarted.put("a.yaml", service("one", 0));
        restarted.seed(new LastGood(file).load());
        assertThat(MeshImage.empty().apply(restarted.settle()).after().services())
                .extracting(s -> s.name())
                .containsExactly("one");
    }

    private static String rule(String subsets) {
        return "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: one}\nspec:\n  host: one\n"
                + "  trafficPolicy: {loadBalancer: {simple: RANDOM}}\n  subsets: [" + subsets + "]\n";
    }

    private List<String> names() {
        return image.resources().stream()
                .map(resource -> resource.key().toString())
                .toList();
    }

    @Test
    void aDocumentOfIstiosIsSeveralResources(@TempDir Path directory) throws IOException {
        state.put(
                "a.yaml",
                service("one", 1) + "---\n" + rule("{name: v1, labels: {v: '1'}}, {name: v2, labels: {v: '2'}}"));
        settle();
        assertThat(names())
                .containsExactly(
                        "Service default/one",
                        "TrafficPolicy default/one",
                        "Subset default/one.v1",
                        "Subset default/one.v2");
        assertThat(image.provenance(new ResourceKey(Kind.SUBSET, "default", "one.v2"))
                        .place("spec.labels.v"))
                .hasToString("a.yaml:12:43");

        LastGood file = new LastGood(directory.resolve("last-good.yaml"));
        file.save(state.good());
        Map<ResourceKey, ConfigState.Good> loaded = file.load();
        assertThat(loaded).hasSize(4);
        loaded.forEach((key, one) -> {
            assertThat(one.resource()).isEqualTo(state.good().get(key).resource());
            assertThat(one.provenance().place("spec"))
                    .isEqualTo(state.good().get(key).provenance().place("spec"));
        });

        state.put("a.yaml", service("one", 2) + "---\n" + rule("{name: v1, labels: {v: '3'}}, {name: v2}"));
        settle();
        assertThat(codes()).containsExactly("unsupported-value");
        assertThat(port("one")).isEqualTo(2);
        assertThat(names()).as("of a bad document nothing goes").hasSize(4);

        state.put("a.yaml", service("one", 2) + "---\n" + rule("{name: v2, labels: {v: '2'}}"));
        settle();
        assertThat(diagnostics).isEmpty();
        assertThat(names())
                .containsExactly("Service default/one", "TrafficPolicy default/one", "Subset default/one.v2");
    }

    @Test
    void aResourceOfIstiosAndOneOfOursMayNotBeTheSame() {
        state.put("a.yaml", rule("{name: v1, labels: {v: '1'}}"));
        state.put("b.yaml", """
                apiVersion: weft.dev/v1
                kind: Subset
                metadata: {name: one.v1}
                spec: {service: one, labels: {v: '2'}}
                """);
        settle();
        assertThat(diagnostics)
                .extracting(found -> found.code() + " " + found.problem() + " " + found.location())
                .containsExactly("duplicate-name Subset default/one.v1 is already defined at a.yaml:1:1 b.yaml:3:12");
    }
}
