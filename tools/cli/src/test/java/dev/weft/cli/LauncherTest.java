package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The {@code weft} script in a small tree of its own: which JDK it takes, what it builds when. JDKs and Maven are stubs. */
final class LauncherTest {
    private static final Path REPOSITORY = Path.of("../..").toAbsolutePath().normalize();

    /** What the script may find on its PATH: no java, no mvn. */
    private static final List<String> TOOLS = List.of(
            "bash",
            "env",
            "readlink",
            "head",
            "sed",
            "find",
            "flock",
            "mkdir",
            "rm",
            "mv",
            "cp",
            "cmp",
            "touch",
            "chmod",
            "tr",
            "cat",
            "id",
            "cksum",
            "stat",
            "nice",
            "dirname");

    /** Notes that it ran, then does what {@code mvn package dependency:build-classpath} leaves behind. */
    private static final String MAVEN = """
            #!/usr/bin/env bash
            echo "mvn with $JAVA_HOME: $*" >>"$CALLS"
            echo "options of Maven: $MAVEN_OPTS" >>"$CALLS"
            [ ! -e "$WEFT_HOME/broken" ] || exit 1
            for module in data-plane/proxy control-plane/control tools/cli tools/intercept demo/driver; do
              mkdir -p "$WEFT_HOME/$module/target"
              cat "$WEFT_HOME/common/base/src/main/java/"*.java >"$WEFT_HOME/$module/target/weft-${module##*/}-1.jar"
              printf %s "$WEFT_HOME/library.jar" >"$WEFT_HOME/$module/target/runtime.classpath"
            done
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path folder;

    private Path tree = Path.of("");

    private record Ran(int exit, String output) {}

    @BeforeEach
    void layOut() throws IOException {
        folder = folder.toRealPath();
        tree = folder.resolve("tree");
        Files.createDirectories(folder.resolve("path"));
        for (String tool : TOOLS) {
            Path real = Stream.of("/usr/bin", "/bin", "/usr/sbin", "/sbin")
                    .map(directory -> Path.of(directory, tool))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(tool + " is not on this machine"));
            executable(folder.resolve("path").resolve(tool), "#!/bin/sh\nexec " + real + " \"$@\"\n");
        }
    }

    private void distribution() throws IOException {
        copyScripts(tree.resolve("libexec"));
        Files.writeString(tree.resolve("VERSION"), "1.2.3\n");
        Files.createDirectories(tree.resolve("lib"));
        Files.writeString(tree.resolve("lib/cli.classpath"), "cli.jar\n");
    }

    private void repository() throws IOException {
        copyScripts(tree.resolve("tools/launcher"));
        Files.writeString(tree.resolve("pom.xml"), "<project>\n    <version>1.2.3</version>\n</project>\n");
        Files.writeString(tree.resolve("library.jar"), "library");
        source("common/base/src/main/java/A.java", "class A {}\n");
        source("common/base/src/test/java/ATest.java", "class ATest {}\n");
        for (String module : List.of("control-plane", "data-plane", "demo")) {
            Files.createDirectories(tree.resolve(module));
        }
        executable(folder.resolve("path/mvn"), MAVEN);
    }

    private void copyScripts(Path launcher) throws IOException {
        Files.createDirectories(launcher);
        Files.copy(REPOSITORY.resolve("weft"), tree.resolve("weft"));
        assertThat(tree.resolve("weft").toFile().setExecutable(true)).isTrue();
        try (Stream<Path> scripts = Files.list(REPOSITORY.resolve("tools/launcher"))) {
            for (Path script : scripts.toList()) {
                Files.copy(script, launcher.resolve(script.getFileName()));
            }
        }
    }

    private void source(String name, String text) throws IOException {
        Path file = tree.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void executable(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** A folder that looks like a Java installation; starting it is noted. */
    private Path jdk(String name, String version, boolean compiler, boolean release) throws IOException {
        Path home = folder.resolve(name);
        executable(home.resolve("bin/java"), """
                #!/usr/bin/env bash
                if [ "${1:-}" = -version ]; then echo 'openjdk version "%s" 2026-01-01' >&2; exit; fi
                echo "java $*" >>"$CALLS"
                for word in "$@"; do
                  case $word in -XX:AOTCacheOutput=*) echo cache >"${word#*=}" ;; esac
                done
                """.formatted(version));
        if (compiler) {
            executable(home.resolve("bin/javac"), "#!/usr/bin/env bash\n");
        }
        if (release) {
            Files.writeString(
                    home.resolve("release"),
                    "IMPLEMENTOR=\"Nobody\"\nJAVA_RUNTIME_VERSION=\"" + version + "+7\"\nJAVA_VERSION=\"" + version
                            + "\"\n");
        }
        return home;
    }

    private Path jdk(String name, String version) throws IOException {
        return jdk(name, version, true, true);
    }

    private Ran weft(Map<String, String> environment, String... words) throws Exception {
        List<String> command = Stream.concat(Stream.of(tree.resolve("weft").toString()), Stream.of(words))
                .toList();
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Map<String, String> all = builder.environment();
        all.clear();
        all.putAll(Map.of(
                "PATH", folder.resolve("path").toString(),
                "HOME", folder.resolve("home").toString(),
                "WEFT_JDK_FOLDERS", folder.resolve("nowhere").toString(),
                "WEFT_AOT", "off",
                "CALLS", folder.resolve("calls").toString()));
        all.putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), output);
    }

    private List<String> calls(String beginning) throws IOException {
        Path calls = folder.resolve("calls");
        return Files.exists(calls)
                ? Files.readAllLines(calls).stream()
                        .filter(line -> line.startsWith(beginning))
                        .toList()
                : List.of();
    }

    @Test
    void javaHomeComesFirst() throws Exception {
        distribution();
        Path named = jdk("named", "25.0.1");
        jdk("folders/other", "26");
        Ran ran = weft(Map.of("JAVA_HOME", named.toString(), "WEFT_JDK_FOLDERS", folder + "/folders"), "version");
        assertThat(ran).isEqualTo(new Ran(0, "weft 1.2.3, JDK 25.0.1+7 in " + named + "\n"));
    }

    @Test
    void aJavaHomeThatIsTooOldOrWrongDoesNotMatter() throws Exception {
        distribution();
        Path good = jdk("folders/jdk-25", "25.0.1");
        for (Path wrong : List.of(jdk("old", "17.0.15"), folder.resolve("gone"), folder.resolve("path"))) {
            Ran ran = weft(Map.of("JAVA_HOME", wrong.toString(), "WEFT_JDK_FOLDERS", folder + "/folders"), "version");
            assertThat(ran.output()).isEqualTo("weft 1.2.3, JDK 25.0.1+7 in " + good + "\n");
        }
    }

    @Test
    void theJavaOfThePathIsFollowedThroughItsLinks() throws Exception {
        distribution();
        Path home = jdk("somewhere/deep", "27-ea");
        Files.createSymbolicLink(folder.resolve("alternatives"), home.resolve("bin/java"));
        Files.createSymbolicLink(folder.resolve("path/java"), folder.resolve("alternatives"));
        assertThat(weft(Map.of(), "--version").output()).isEqualTo("weft 1.2.3, JDK 27-ea+7 in " + home + "\n");
    }

    @Test
    void usualFoldersAreSearchedPastWhatIsTooOldThere() throws Exception {
        distribution();
        Files.createSymbolicLink(
                folder.resolve("path/java"), jdk("old", "17.0.15").resolve("bin/java"));
        jdk("b/java-21", "21");
        Path good = jdk("c/temurin", "25");
        Ran ran = weft(Map.of("WEFT_JDK_FOLDERS", folder + "/a:" + folder + "/b:" + folder + "/c"), "version");
        assertThat(ran.output()).endsWith(" in " + good + "\n");
    }

    @Test
    void aJdkWithoutAReleaseFileIsAsked() throws Exception {
        distribution();
        jdk("folders/a", "24.0.2", true, false);
        Path good = jdk("folders/b", "25.0.2", true, false);
        Ran ran = weft(Map.of("WEFT_JDK_FOLDERS", folder + "/folders"), "version");
        assertThat(ran.output()).endsWith(" in " + good + "\n");
    }

    @Test
    void withoutAJdkItSaysWhatToInstall() throws Exception {
        distribution();
        jdk("folders/a", "24.0.2");
        for (String command : List.of("version", "status", "proxy", "control-plane", "demo")) {
            Ran ran = weft(Map.of("WEFT_JDK_FOLDERS", folder + "/folders"), command);
            assertThat(ran.exit()).isEqualTo(1);
            assertThat(ran.output())
                    .startsWith("weft: no JDK 25 or newer found")
                    .contains(folder + "/folders", "temurin-25-jdk", "JAVA_HOME");
        }
    }

    @Test
    void buildingTakesACompilerRunningDoesNot() throws Exception {
        distribution();
        Map<String, String> environment = Map.of("WEFT_JDK_FOLDERS", folder + "/folders");
        Path runtime = jdk("folders/a-jre", "25", false, true);
        assertThat(weft(environment, "version").output()).endsWith(" in " + runtime + "\n");
        Files.delete(tree.resolve("weft"));
        repository();
        assertThat(weft(environment, "version").exit()).isEqualTo(1);
        Path compiler = jdk("folders/b-jdk", "25");
        assertThat(weft(environment, "version").output()).endsWith(" in " + compiler + "\n");
    }

    @Test
    void theVersionStartsNoJvmAndBuildsNothing() throws Exception {
        repository();
        Map<String, String> environment = Map.of("JAVA_HOME", jdk("jdk", "25").toString());
        assertThat(weft(environment, "version").output()).startsWith("weft 1.2.3, JDK 25+7 in ");
        assertThat(folder.resolve("calls")).doesNotExist();
    }

    @Test
    void onlyWhatChangedIsBuilt() throws Exception {
        repository();
        Path jdk = jdk("jdk", "25");
        // The default Java is another one: Maven runs on the JDK that was found.
        Map<String, String> environment =
                Map.of("JAVA_HOME", jdk("java17", "17").toString(), "WEFT_JDK_FOLDERS", folder + "");
        assertThat(weft(environment, "status").exit()).isZero();
        assertThat(calls("mvn")).hasSize(1).allMatch(line -> line.startsWith("mvn with " + jdk + ": "));
        assertThat(calls("java -"))
                .last()
                .asString()
                .contains("/build/lib/weft-cli-1.jar:", "dev.weft.cli.Main status");

        assertThat(weft(environment, "status").exit()).isZero();
        age();
        Files.setLastModifiedTime(
                tree.resolve("common/base/src/test/java/ATest.java"), FileTime.fromMillis(2_000_000_000_000L));
        assertThat(weft(environment, "status").exit()).isZero();
        assertThat(calls("mvn")).as("nothing changed but a test").hasSize(1);

        Map<String, FileTime> before = times();
        source("common/base/src/main/java/A.java", "class A { int changed; }\n");
        assertThat(weft(environment, "status").exit()).isZero();
        assertThat(calls("mvn")).as("a source changed").hasSize(2);
        assertThat(times().get("library.jar"))
                .as("same bytes, same time: caches made of it stay good")
                .isEqualTo(before.get("library.jar"));
        assertThat(times().get("weft-cli-1.jar")).isNotEqualTo(before.get("weft-cli-1.jar"));

        source("common/base/src/main/java/B.java", "class B {}\n");
        weft(environment, "status");
        age();
        Files.delete(tree.resolve("common/base/src/main/java/B.java"));
        weft(environment, "status");
        assertThat(calls("mvn")).as("a source came, and went").hasSize(4);
        source("common/xds-schema/src/build/SchemaCompiler.java", "class SchemaCompiler {}\n");
        weft(environment, "status");
        assertThat(calls("mvn")).as("what makes a part of the build changed").hasSize(5);
        Files.writeString(tree.resolve("pom.xml"), "\n", java.nio.file.StandardOpenOption.APPEND);
        weft(environment, "status");
        assertThat(calls("mvn")).as("the build itself changed").hasSize(6);
    }

    @Test
    void aFolderMayHaveASpaceInItsName() throws Exception {
        tree = folder.resolve("my tree");
        repository();
        Path jdk = jdk("my jdk", "25");
        Map<String, String> environment = Map.of(
                "JAVA_HOME",
                jdk.toString(),
                "WEFT_CACHE",
                folder.resolve("my cache").toString());
        Ran ran = weft(environment, "status");
        assertThat(ran.exit()).as(ran.output()).isZero();
        assertThat(calls("mvn")).hasSize(1).allMatch(line -> line.startsWith("mvn with " + jdk + ": "));
        assertThat(Files.readAllLines(tree.resolve("build/lib/cli.classpath")))
                .containsExactly("weft-cli-1.jar", "library.jar");
        assertThat(calls("java -"))
                .last()
                .asString()
                .contains("-cp " + tree + "/build/lib/weft-cli-1.jar:" + tree + "/build/lib/library.jar ");

        assertThat(weft(environment, "dev", "aot").exit()).isZero();
        assertThat(caches()).hasSize(3);
        Files.setLastModifiedTime(tree.resolve("build/lib/library.jar"), FileTime.fromMillis(2_000_000_000_000L));
        assertThat(weft(environment, "dev", "aot").exit()).isZero();
        assertThat(caches()).as("each for these very jars").hasSize(6);
    }

    private List<Path> caches() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("my cache/aot"))) {
            return files.filter(file -> file.toString().endsWith(".aot")).toList();
        }
    }

    @Test
    void aBuildIntoAFileHasNoEscapeCodes() throws Exception {
        repository();
        assertThat(weft(Map.of("JAVA_HOME", jdk("jdk", "25").toString(), "MAVEN_OPTS", "-Dmine"), "status")
                        .exit())
                .isZero();
        assertThat(calls("options")).hasSize(1).allMatch(line -> line.contains("-Dmine -Djansi.noreset=true"));
    }

    @Test
    void aBuildThatFailsStartsNothingAndIsTriedAgain() throws Exception {
        repository();
        Map<String, String> environment = Map.of("JAVA_HOME", jdk("jdk", "25").toString());
        source("broken", "");
        Ran ran = weft(environment, "status");
        assertThat(ran.exit()).isEqualTo(1);
        assertThat(ran.output()).contains("the build failed");
        assertThat(calls("java")).isEmpty();
        Files.delete(tree.resolve("broken"));
        assertThat(weft(environment, "status").exit()).isZero();
        assertThat(calls("mvn")).hasSize(2);
    }

    /** Makes all sources older than the last build, as they are after a while. */
    private void age() throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.filter(file -> !file.startsWith(tree.resolve("build")))
                    .toList()) {
                Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000_000_000L));
            }
        }
    }

    private Map<String, FileTime> times() throws IOException {
        Map<String, FileTime> times = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(tree.resolve("build/lib"))) {
            for (Path file : files.toList()) {
                times.put(file.getFileName().toString(), Files.getLastModifiedTime(file));
            }
        }
        return times;
    }
}
