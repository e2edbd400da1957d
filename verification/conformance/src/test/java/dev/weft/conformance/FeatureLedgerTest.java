package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every proof that docs/features.md names exists: a promise whose test was renamed or removed is no promise. */
class FeatureLedgerTest {
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern TEST =
            Pattern.compile("([A-Z][A-Za-z0-9]*(?:Test|IT|Suite))(?:#([a-z][A-Za-z0-9]*))?");
    private static final Pattern COMMAND = Pattern.compile("\\./weft ([a-z-]+).*");

    @Test
    void everyNamedTestAndCommandExists() throws IOException {
        Path page = Peers.repository().resolve("docs/features.md");
        assertThat(page).exists();
        assertThat(problems(Files.readAllLines(page), testSources(), launcher()))
                .isEmpty();
    }

    @Test
    void aMissingTestMethodOrCommandIsSeen() {
        List<String> page = List.of(
                "| promise | state | proof |",
                "|---|---|---|",
                "| one | works | `GoneTest` |",
                "| two | works | `HereTest#gone` |",
                "| three | works | `./weft fly` |",
                "| four | works | words only |",
                "| five | works | `HereTest#here`, `./weft test` |",
                "| six | not yet | |");
        assertThat(problems(page, Map.of("HereTest", "void here() {}"), "test) run ;;"))
                .containsExactly(
                        "one: no test class GoneTest",
                        "two: no method gone in HereTest",
                        "three: no command ./weft fly",
                        "four: works, but names no proof");
    }

    private static List<String> problems(List<String> page, Map<String, String> tests, String launcher) {
        List<String> problems = new ArrayList<>();
        for (String line : page) {
            String[] cells = line.split("\\|", -1);
            if (cells.length < 5
                    || line.startsWith("|--")
                    || line.startsWith("| ---")
                    || cells[1].strip().equals("promise")) {
                continue;
            }
            String promise = cells[1].strip();
            int proofs = 0;
            Matcher code = CODE.matcher(cells[3]);
            while (code.find()) {
                String proof = code.group(1);
                Matcher test = TEST.matcher(proof);
                Matcher command = COMMAND.matcher(proof);
                if (test.matches()) {
                    proofs++;
                    String source = tests.get(test.group(1));
                    if (source == null) {
                        problems.add(promise + ": no test class " + test.group(1));
                    } else if (test.group(2) != null && !source.contains(" " + test.group(2) + "(")) {
                        problems.add(promise + ": no method " + test.group(2) + " in " + test.group(1));
                    }
                } else if (command.matches()) {
                    proofs++;
                    if (!Pattern.compile("(?m)\\b" + Pattern.quote(command.group(1)) + "\\b")
                            .matcher(launcher)
                            .find()) {
                        problems.add(promise + ": no command ./weft " + command.group(1));
                    }
                }
            }
            if (proofs == 0 && cells[2].strip().equals("works")) {
                problems.add(promise + ": works, but names no proof");
            }
        }
        return problems;
    }

    private static Map<String, String> testSources() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        for (String top : List.of("common", "data-plane", "control-plane", "tools", "demo", "verification")) {
            try (Stream<Path> files = Files.walk(Peers.repository().resolve(top))) {
                for (Path file : files.filter(path -> path.toString().contains("/src/test/java/")
                                && path.toString().endsWith(".java"))
                        .toList()) {
                    String name = file.getFileName().toString();
                    sources.put(name.substring(0, name.length() - ".java".length()), Files.readString(file));
                }
            }
        }
        return sources;
    }

    /** The launcher's own text and the names of the CLI's commands. */
    private static String launcher() throws IOException {
        String launcher = Files.readString(Peers.repository().resolve("weft"));
        try (Stream<Path> files = Files.walk(Peers.repository().resolve("tools"))) {
            return launcher
                    + files.filter(path -> path.toString().contains("/src/main/java/")
                                    && path.toString().endsWith(".java"))
                            .map(FeatureLedgerTest::text)
                            .flatMap(String::lines)
                            .filter(line -> line.contains("name = \""))
                            .collect(Collectors.joining("\n"));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
