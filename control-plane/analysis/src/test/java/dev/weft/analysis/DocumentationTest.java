package dev.weft.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.Kind;
import dev.weft.sources.ConfigDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/configuration.md tells the truth: its examples are valid, and it names every code there is. */
class DocumentationTest {
    private static final Path PAGE = Path.of("../../docs/configuration.md");

    @TempDir
    Path directory;

    @Test
    void everyExampleIsValidAndEveryKindHasOne() throws IOException {
        Matcher example = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
        List<String> documents = new ArrayList<>();
        while (example.find()) {
            documents.add(example.group(1));
        }
        Files.writeString(directory.resolve("examples.yaml"), String.join("---\n", documents));
        assertThat(ConfigDirectory.load(directory).diagnostics()).isEmpty();
        for (Kind kind : Kind.values()) {
            assertThat(documents).anyMatch(text -> text.contains("kind: " + kind.documentName() + "\n"));
        }
    }

    @Test
    void everyCodeIsListed() throws IOException {
        String page = Files.readString(PAGE);
        Pattern code = Pattern.compile("\"([a-z]+(-[a-z0-9]+)+)\"");
        List<String> missing = new ArrayList<>();
        try (Stream<Path> sources =
                Stream.of("src/main/java", "../sources/src/main/java").flatMap(root -> walk(Path.of(root)))) {
            for (Path source :
                    sources.filter(p -> p.toString().endsWith(".java")).toList()) {
                Matcher matcher = code.matcher(Files.readString(source));
                while (matcher.find()) {
                    if (!page.contains("`" + matcher.group(1) + "`") && isCode(matcher.group(1))) {
                        missing.add(matcher.group(1));
                    }
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    /** Other words of that form in the sources. */
    private static boolean isCode(String word) {
        return !List.of(
                        "weft-config-watcher",
                        "weft-system",
                        "grpc-web",
                        "content-length",
                        "keep-alive",
                        "proxy-connection",
                        "transfer-encoding")
                .contains(word);
    }

    private static Stream<Path> walk(Path root) {
        try {
            return Files.walk(root);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void exampleOfAnErrorIsWhatIsReallySaid() throws IOException {
        Files.writeString(directory.resolve("shop.yaml"), """
                # the page's example
                apiVersion: v1
                kind: Service
                metadata: {name: payments, namespace: shop}
                spec:
                  selectr: {app: payments}
                  ports: [{name: http, port: 80}]
                """);
        String said = ConfigDirectory.load(directory).diagnostics().stream()
                .map(Diagnostic::toString)
                .findFirst()
                .orElseThrow()
                .replace(directory.toString(), "mesh");
        assertThat(Files.readString(PAGE)).contains("    " + said + "\n");
    }
}
