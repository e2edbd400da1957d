package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code weft run} with a stand-in for the sidecar, laid out as in a distribution. Explicit mode, so without root too. */
final class SupervisorTest {
    private static final Path REPOSITORY = Path.of("../..").toAbsolutePath().normalize();
    private static final String TRAPS = "trap 'echo application ends >> $SIDECAR_LOG; exit 3' TERM; "
            + "trap 'echo hangup >> $SIDECAR_LOG' HUP; "
            + "echo application $$ >> $SIDECAR_LOG; while :; do sleep 0.05; done";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path folder;

    /** Where weft is: no folder's name is too odd for it. */
    private Path home = Path.of("");

    private final List<Process> processes = new ArrayList<>();

    @BeforeEach
    void layOut() throws IOException {
        home = folder.resolve("with space");
        Files.createDirectories(home.resolve("libexec"));
        Files.createDirectories(home.resolve("lib"));
        Files.createDirectories(home.resolve("credential"));
        Files.copy(REPOSITORY.resolve("weft"), home.resolve("weft"), StandardCopyOption.COPY_ATTRIBUTES);
        try (Stream<Path> scripts = Files.list(REPOSITORY.resolve("tools/launcher"))) {
            for (Path script : scripts.toList()) {
                Files.copy(script, home.resolve("libexec").resolve(script.getFileName()));
            }
        }
        Path sidecar = Files.createDirectories(home.resolve("lib/classes/dev/weft/proxy"));
        Files.copy(Path.of("target/test-classes/dev/weft/proxy/Main.class"), sidecar.resolve("Main.class"));
        Files.writeString(home.resolve("lib/proxy.classpath"), "classes\n");
        for (String file : List.of("host.key", "host.pem", "root.pem")) {
            Files.writeString(home.resolve("credential").resolve(file), file + "\n");
        }
        // Started by root, the sidecar is another user, and it writes there.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    @AfterEach
    void endAll() {
        for (Process process : processes) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    @Test
    void sidecarIsReadyBeforeTheApplicationAndTheExitCodeIsPassedOn() throws Exception {
        Process unit = run(Map.of(), "bash", "-c", "cat $SIDECAR_LOG; exit 7");
        assertThat(output(unit))
                .contains("sidecar ")
                .contains("--service orders")
                .contains("--mode NONE");
        assertThat(unit.exitValue()).isEqualTo(7);
        assertThat(log()).endsWith("sidecar ends");
    }

    /** Started by root, the sidecar is another user: what it needs is mounted where that may read it. */
    @Test
    void weftMayLieWhereOnlyItsUserMayRead() throws Exception {
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
        Process unit = run(Map.of(), "bash", "-c", "exit 7");
        assertThat(output(unit)).doesNotContain("mount:");
        assertThat(unit.exitValue()).isEqualTo(7);
        assertThat(log()).endsWith("sidecar ends");
    }

    @Test
    void secondsAreDecimal() throws Exception {
        Process unit = start(Map.of(), unit(List.of("--drain", "09", "--grace=008", "--start-timeout", "060"), "true"));
        assertThat(output(unit)).doesNotContain("run.sh");
        assertThat(unit.exitValue()).isZero();
        assertThat(awaitLog("sidecar ")).contains("--drain-timeout 9");
    }

    @Test
    void theApplicationIsToldItsAddressAndItsProxy() throws Exception {
        Process unit = run(Map.of("JAVA_TOOL_OPTIONS", "-Dx=y"), "bash", "-c", "env");
        List<String> environment = output(unit).lines().toList();
        String address = environment.stream()
                .filter(line -> line.startsWith("WEFT_ADDRESS=127.77."))
                .findFirst()
                .orElseThrow()
                .substring(13);
        assertThat(environment)
                .contains("HOST=" + address, "PORT=8080", "http_proxy=http://" + address + ":15001")
                .contains("JAVA_TOOL_OPTIONS=-Dx=y -Dhttp.proxyHost=" + address
                        + " -Dhttp.proxyPort=15001 -Dhttp.nonProxyHosts=");
    }

    @Test
    void terminationDrainsTheSidecarFirst() throws Exception {
        Process unit = run(Map.of(), "bash", "-c", TRAPS);
        awaitLog("application ");
        unit.toHandle().destroy(); // Process.destroy would close its output
        assertThat(unit.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(unit.exitValue()).isEqualTo(3);
        assertThat(log()).containsSubsequence("sidecar ends", "application ends");
    }

    /** Longer than the drain alone: the goodbye to the control plane comes before it. */
    @Test
    void aSidecarMayTakeItsWholeTimeToDrain() throws Exception {
        Map<String, String> slow = Map.of("SIDECAR_DRAINS", "3000");
        Process unit = start(slow, unit(List.of("--drain", "1"), "bash", "-c", TRAPS));
        assertThat(awaitLog("sidecar ")).contains("--drain-timeout 1");
        awaitLog("application ");
        unit.toHandle().destroy(); // Process.destroy would close its output
        assertThat(output(unit)).doesNotContain("killing");
        assertThat(log()).containsSubsequence("sidecar ends", "application ends");
    }

    @Test
    void aSidecarThatDoesNotEndIsKilledWhenItsTimeIsOver() throws Exception {
        Map<String, String> stuck = Map.of("SIDECAR_DRAINS", "120000");
        Process unit = start(stuck, unit(List.of("--drain", "0"), "bash", "-c", TRAPS));
        awaitLog("application ");
        unit.toHandle().destroy(); // Process.destroy would close its output
        assertThat(output(unit)).contains("the sidecar did not end; killing it");
        assertThat(log()).contains("application ends").doesNotContain("sidecar ends");
    }

    @Test
    void flagsForTheSidecarReachIt() throws Exception {
        Process unit = start(Map.of(), unit(List.of("--plain-metrics"), "true"));
        output(unit);
        assertThat(unit.exitValue()).isZero();
        assertThat(awaitLog("sidecar ")).contains("--plain-metrics", "--drain-timeout 25");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cannot serve inbound_8080: Address already in use",
                "was refused the identity spiffe://td/ns/shop/sa/orders: PERMISSION_DENIED"
            })
    void aSidecarThatWillNeverBeReadySaysWhyAndNothingIsStarted(String hindrance) throws Exception {
        Process unit = run(Map.of("SIDECAR_HINDRANCE", hindrance), "bash", "-c", "echo started");
        assertThat(output(unit))
                .contains("the sidecar " + hindrance, "not started")
                .doesNotContain("\nstarted");
        assertThat(unit.exitValue()).isEqualTo(1);
    }

    /** A process group in the background that reads its terminal is stopped by the kernel (SIGTTIN). */
    @Test
    void anApplicationMayReadItsTerminal() throws Exception {
        Process unit = onTerminal("read -r line; echo application heard $line >> $SIDECAR_LOG; exit 5");
        awaitLog("sidecar ");
        type(unit, "hello\r");
        assertThat(awaitLog("application ")).isEqualTo("application heard hello");
        output(unit);
        assertThat(unit.exitValue()).isEqualTo(5);
        assertThat(log()).contains("sidecar ends");
    }

    @Test
    void ctrlCEndsTheWholeUnit() throws Exception {
        Process unit = onTerminal("trap 'echo interrupted >> $SIDECAR_LOG; exit 4' INT; "
                + "echo application >> $SIDECAR_LOG; while :; do read -r line; done");
        awaitLog("application");
        type(unit, "\u0003");
        output(unit);
        assertThat(unit.exitValue()).isEqualTo(4);
        assertThat(log()).contains("interrupted", "sidecar ends");
    }

    /** An application that goes on after Ctrl-C, as interpreters do, is told to end once its sidecar has ended. */
    @Test
    void ctrlCIsNotJustForTheApplication() throws Exception {
        Process unit = onTerminal("trap 'echo interrupted >> $SIDECAR_LOG' INT; "
                + "trap 'echo application ends >> $SIDECAR_LOG; exit 3' TERM; "
                + "echo application >> $SIDECAR_LOG; while :; do sleep 0.05; done");
        awaitLog("application");
        type(unit, "\u0003");
        output(unit);
        assertThat(unit.exitValue()).isEqualTo(3);
        assertThat(log()).contains("interrupted").containsSubsequence("sidecar ends", "application ends");
    }

    /**
     * The unit on a terminal of its own, that of script(1), which passes on input and exit code. Ctrl-C counts there even
     * where this test runs in the background of a shell, which makes its children ignore it.
     */
    private Process onTerminal(String application) throws IOException {
        StringBuilder line = new StringBuilder("exec "); // Ctrl-C would end a shell in between
        for (String word : unit(List.of(), "bash", "-c", application)) {
            line.append('\'').append(word.replace("'", "'\\''")).append("' ");
        }
        return start(Map.of(), List.of("env", "--default-signal=INT", "script", "-qec", line.toString(), "/dev/null"));
    }

    private static void type(Process terminal, String keys) throws IOException {
        terminal.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
        terminal.getOutputStream().flush();
    }

    @Test
    void otherSignalsReachTheApplication() throws Exception {
        Process unit = run(Map.of(), "bash", "-c", TRAPS);
        awaitLog("application ");
        new ProcessBuilder("kill", "-HUP", String.valueOf(unit.pid())).start().waitFor();
        awaitLog("hangup");
        assertThat(unit.isAlive()).isTrue();
    }

    @Test
    void aDeadSidecarStopsTheApplication() throws Exception {
        Process unit = run(Map.of(), "bash", "-c", TRAPS);
        String address = awaitLog("sidecar ").replaceAll(".*--address ([0-9.]+).*", "$1");
        awaitLog("application ");
        try (Socket socket = new Socket(address, 15021)) {
            socket.getOutputStream().write("GET /crash HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            // it died before it could answer
        }
        assertThat(unit.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(unit.exitValue()).isEqualTo(3); // the application's own, as it is not zero
        assertThat(log()).contains("application ends").doesNotContain("sidecar ends");
    }

    @Test
    void aSidecarThatFailsMeansNoApplication() throws Exception {
        Process unit = run(Map.of("SIDECAR_FAILS", "1"), "bash", "-c", "echo started");
        assertThat(output(unit)).contains("exit code 7").contains("not started").doesNotContain("\nstarted");
        assertThat(unit.exitValue()).isEqualTo(1);
    }

    @Test
    void aKilledSupervisorTakesBothWithIt() throws Exception {
        Process unit = run(Map.of(), "bash", "-c", TRAPS);
        long application = Long.parseLong(awaitLog("application ").split(" ")[1]);
        long sidecar = Long.parseLong(awaitLog("sidecar ").split(" ")[1]);
        unit.destroyForcibly();
        awaitGone(application);
        awaitGone(sidecar);
    }

    @Test
    void theSupervisorIsSmall() throws Exception {
        Process unit = run(Map.of(), "bash", "-c", TRAPS);
        awaitLog("application ");
        long kilobytes = Files.readAllLines(Path.of("/proc", String.valueOf(unit.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .sum();
        assertThat(kilobytes).isLessThanOrEqualTo(5 * 1024);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--port 8080 -- true",
                "--service orders -- true",
                "--service orders --port 0 -- true",
                "--service orders --port eighty -- true",
                "--service Orders --port 80 -- true",
                "--service orders --port 80 --label x -- true",
                "--service orders --port 80 --frobnicate 1 -- true",
                "--service orders --port 80 --frobnicate -- true",
                "--service orders --port 15021 -- true",
                "--service orders --port 80 --port 15001 -- true",
                "--service orders --port 80 --drain 1.5 -- true",
                "--service orders --port 80 --grace 99999999999999999999 -- true",
                "--service orders --port 80"
            })
    void wrongUsageIsExitCode2(String arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(home.resolve("weft").toString(), "run"));
        command.addAll(List.of(arguments.split(" ")));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertThat(output(process)).contains("Try 'weft run --help'");
        assertThat(process.exitValue()).isEqualTo(2);
    }

    private Process run(Map<String, String> environment, String... application) throws IOException {
        return start(environment, unit(List.of(), application));
    }

    private List<String> unit(List<String> options, String... application) {
        List<String> command = new ArrayList<>(List.of(home.resolve("weft").toString(), "run", "--explicit"));
        command.addAll(List.of("--service", "orders", "--port", "8080"));
        command.addAll(options);
        command.addAll(List.of("--credential", home.resolve("credential").toString(), "--"));
        command.addAll(List.of(application));
        return command;
    }

    private Process start(Map<String, String> environment, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("PORT");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().putAll(environment);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("WEFT_AOT", "off");
        Path log = folder.resolve("log");
        Files.writeString(log, "");
        Files.setPosixFilePermissions(log, PosixFilePermissions.fromString("rw-rw-rw-"));
        builder.environment().put("SIDECAR_LOG", log.toString());
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private static String output(Process process) throws Exception {
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return text;
    }

    private List<String> log() throws IOException {
        Path file = folder.resolve("log");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    /** The first line that begins so, as soon as it is there. */
    private String awaitLog(String beginning) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < deadline) {
            for (String line : log()) {
                if (line.startsWith(beginning)) {
                    return line;
                }
            }
            TimeUnit.MILLISECONDS.sleep(20); // another process writes; there is nothing to wait on
        }
        throw new AssertionError("no line '" + beginning + "' in " + log());
    }

    private static void awaitGone(long pid) throws Exception {
        ProcessHandle handle = ProcessHandle.of(pid).orElse(null);
        if (handle != null) {
            handle.onExit().get(20, TimeUnit.SECONDS);
        }
    }
}
