package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.base.Pem;
import dev.weft.testkit.Await;
import dev.weft.testkit.Command;
import dev.weft.testkit.EchoServer;
import dev.weft.testkit.JavaProgram;
import dev.weft.testkit.Peers;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * R9: the private keys of a workload live in its sidecar's memory and nowhere else. The sidecar of a real mesh is started with keys
 * the test knows ({@link KnownKeys}), gets several certificates, and then everything is searched that somebody else could
 * read: files, open files, command lines, environments, admin pages, the operator API, logs, and what a crash leaves.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KeySecrecyTest {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String SEED = "secrecy";
    private static final int ROTATIONS = 4;

    /** More than are made: first attempts may fail while the control plane starts. */
    private static final List<KeyPair> KEYS = KnownKeys.first(24, SEED);

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init") // set by the first step of every run
    private static MeshLab lab;

    private static MeshLab.Unit unit;
    private static KeySearch search;
    private static Instant begun;

    @BeforeAll
    static void startMesh() throws IOException {
        assumeTrue(Peers.root(), "network namespaces need root; as root this must run");
        begun = Instant.now().minusSeconds(1);
        search = new KeySearch(
                KEYS.stream().map(keys -> (ECPrivateKey) keys.getPrivate()).toList());
        lab = MeshLab.start(folder);
        lab.write("orders.yaml", """
                apiVersion: v1
                kind: Service
                metadata: {name: orders, namespace: shop}
                spec:
                  selector: {app: orders}
                  ports: [{name: http, port: 80, targetPort: 8080, appProtocol: http}]
                """);
        RunningProcess.Spec application =
                JavaProgram.spec("orders", EchoServer.class, "--name", "orders", "--port", "8080");
        // Another boot class path than the cache was made with: without it, instead of with a warning.
        Map<String, String> environment = Map.of("JAVA_TOOL_OPTIONS", KnownKeys.options(SEED), "WEFT_AOT", "off");
        unit = lab.run("orders", "orders", 8080, List.of(), application, environment);
        lab.awaitEndpoints("orders", 1, READY);
    }

    @AfterAll
    static void stopMesh() {
        if (lab != null) {
            System.out.println(lab.outputs());
            lab.close();
        }
    }

    private static long sidecar() {
        return unit.process().descendant("/java", "dev.weft.proxy.Main").pid();
    }

    private static String admin(String method, String path) {
        return unit.host()
                .run(LIMIT, Peers.require("curl"), "-sS", "-m", "15", "-X", method, "http://127.0.0.1:15000" + path)
                .orThrow();
    }

    /** Which of the known keys the certificate is for that others see now. */
    private static int keyInUse() {
        String shown = lab.network()
                .host("cp")
                .run(
                        LIMIT,
                        "sh",
                        "-c",
                        "openssl s_client -connect " + unit.host().address()
                                + ":15020 </dev/null 2>/dev/null | openssl x509 -noout -pubkey")
                .output();
        for (int i = 0; i < KEYS.size(); i++) {
            if (shown.contains(Pem.encode("PUBLIC KEY", KEYS.get(i).getPublic().getEncoded()))) {
                return i;
            }
        }
        throw new AssertionError("a key the test does not know: " + shown);
    }

    @Test
    @Order(1)
    void afterRotationsNoKeyIsAnywhere() throws IOException {
        String unused = admin("POST", "/logging?level=debug");
        List<Integer> used = new ArrayList<>(List.of(keyInUse()));
        for (int i = 0; i < ROTATIONS; i++) {
            assertThat(admin("POST", "/rotate")).contains("serial");
            used.add(keyInUse());
        }
        assertThat(used)
                .as("every certificate has a key of its own, and we know it")
                .isSorted()
                .doesNotHaveDuplicates();
        long before = search.searched();
        assertThat(everywhere()).isEmpty();
        assertThat(search.searched() - before).as("bytes that were searched").isGreaterThan(100_000);
    }

    @Test
    @Order(2)
    void aKeyInAFileAnOpenFileACommandLineOrAnEnvironmentIsSeen() throws IOException {
        ECPrivateKey key = (ECPrivateKey) KEYS.get(keyInUse()).getPrivate();
        String pem = Pem.encode(key);
        String line = Base64.getEncoder().encodeToString(key.getEncoded());

        Path file = Files.writeString(
                lab.file("state/ca/leak.log"), "key: " + key.getS().toString(16) + "\n");
        assertThat(files()).anyMatch(found -> found.startsWith(file + ": "));
        Files.delete(file);
        Path temporary = Files.createTempFile("weft-leak", ".tmp");
        Files.write(temporary, key.getEncoded());
        assertThat(files()).anyMatch(found -> found.startsWith(temporary + ": "));
        Files.delete(temporary);
        assertThat(files()).isEmpty();

        Path open = Files.writeString(folder.resolve("open"), pem);
        RunningProcess.Spec holder = new RunningProcess.Spec(
                "holder",
                List.of("sh", "-c", "exec 5<\"$1\"; rm \"$1\"; echo opened; exec sleep 60", line, open.toString()),
                null,
                Map.of("KEY", pem));
        try (RunningProcess process = RunningProcess.start(holder)) {
            process.awaitLine("opened", LIMIT);
            assertThat(process(process.pid()))
                    .anyMatch(found -> found.contains("/environ: "))
                    .anyMatch(found -> found.contains("/fd/5 "));
        }
        RunningProcess.Spec caller =
                new RunningProcess.Spec("caller", List.of("sh", "-c", "echo up; sleep 60; true", line));
        try (RunningProcess process = RunningProcess.start(caller)) {
            process.awaitLine("up", LIMIT);
            assertThat(process(process.pid())).anyMatch(found -> found.contains("/cmdline: "));
        }
    }

    @Test
    @Order(3)
    void aCrashLeavesNoKey() throws IOException {
        long pid = sidecar();
        ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
        Path report = Path.of("/tmp", "hs_err_pid" + pid + ".log"); // its own folder is not writable for it
        try {
            String unused =
                    Command.run(LIMIT, "kill", "-SEGV", Long.toString(pid)).orThrow();
            Await.until("the end of the crashed sidecar", READY, () -> !process.isAlive());
            assertThat(lab.outputs())
                    .contains(
                            "A fatal error has been detected", "CreateCoredumpOnCrash turned off, no core file dumped");
            Set<String> found = files();
            found.addAll(search.in(lab.outputs()));
            assertThat(found).isEmpty();
        } finally {
            Files.deleteIfExists(report);
        }
    }

    private static Set<String> everywhere() throws IOException {
        Set<String> found = files();
        found.addAll(process(sidecar()));
        found.addAll(process(unit.process().pid()));
        found.addAll(process(lab.controlPlane().pid()));
        for (ProcessHandle below : unit.process().descendants()) {
            try {
                found.addAll(process(below.pid()));
            } catch (FileSystemException e) {
                assertThat(isOver(below.pid())).as(e.getMessage()).isTrue(); // a helper of the supervisor's shell
            }
        }
        found.addAll(pages());
        for (String one : search.in(lab.outputs())) {
            found.add("logs: " + one);
        }
        return found;
    }

    /** Gone, or only its exit code is left. */
    private static boolean isOver(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "status"))
                    .contains("State:\tZ");
        } catch (IOException e) {
            return true;
        }
    }

    /** What was written since the start wherever a sidecar could write, and the whole of the mesh's own folder. */
    private static Set<String> files() throws IOException {
        Set<String> found = new TreeSet<>(search.below(folder, 9, Instant.EPOCH));
        found.addAll(search.below(Path.of("/tmp"), 2, begun));
        for (String place : List.of("/var/tmp", "/dev/shm", "/run/weft", "/var/lib/weft", "/var/cache/weft")) {
            found.addAll(search.below(Path.of(place), 9, begun));
        }
        found.addAll(search.below(Path.of("").toAbsolutePath(), 1, begun));
        return found;
    }

    /** What everybody with the rights of a process's user sees of it without stopping it. */
    private static Set<String> process(long pid) throws IOException {
        Path proc = Path.of("/proc", Long.toString(pid));
        Set<String> found = new TreeSet<>();
        found.addAll(search.in(proc.resolve("cmdline")));
        found.addAll(search.in(proc.resolve("environ")));
        try (DirectoryStream<Path> open = Files.newDirectoryStream(proc.resolve("fd"))) {
            for (Path one : open) {
                try {
                    // The program's own libraries and jars are older.
                    if (Files.isRegularFile(one)
                            && Files.getLastModifiedTime(one).toInstant().isAfter(begun)) {
                        for (String what : search.in(Files.readAllBytes(one))) {
                            found.add(one + " " + Files.readSymbolicLink(one) + ": " + what);
                        }
                    }
                } catch (NoSuchFileException e) {
                    continue; // closed meanwhile
                }
            }
        }
        return found;
    }

    /** All that the sidecar and the control plane answer to those who may ask. */
    private static Set<String> pages() throws IOException {
        List<String> paths = new ArrayList<>();
        Matcher listed = Pattern.compile("(?m)^\\s+(/\\S*):").matcher(admin("GET", "/help"));
        while (listed.find()) {
            paths.add(listed.group(1));
        }
        assertThat(paths).contains("/config_dump", "/certs", "/stats", "/server_info", "/logging");
        paths.addAll(List.of(
                "/config_dump?include_eds",
                "/config_dump?resource=dynamic_active_secrets",
                "/stats?format=json",
                "/stats?format=prometheus",
                "/clusters?format=json",
                "/listeners?format=json",
                "/none"));
        Set<String> found = new TreeSet<>();
        for (String path : paths) {
            for (String one : search.in(admin("GET", path))) {
                found.add(path + ": " + one);
            }
        }
        Map<?, ?> proxy = (Map<?, ?>) ((List<?>) lab.get("/api/v1/proxies").get("proxies")).getFirst();
        String id = "/api/v1/proxies/" + proxy.get("name") + "." + proxy.get("namespace");
        List<String> asked = new ArrayList<>(List.of("/api/v1/info", "/api/v1/resources", "/api/v1/workloads", id));
        for (String view : List.of("config_dump", "certs", "clusters", "stats", "server_info")) {
            asked.add(id + "/" + view);
        }
        for (String path : asked) {
            String answer = lab.api("GET", path, "");
            assertThat(answer).as(path).isNotBlank();
            for (String one : search.in(answer)) {
                found.add(path + ": " + one);
            }
        }
        return found;
    }
}
