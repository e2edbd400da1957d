package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.Await;
import dev.weft.testkit.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Instances that fall ill and recover: their own sidecars notice, and a caller that checks nothing itself calls the others.
 * One mesh for all tests, in order.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SharedHealthTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Answers that make a run: with two instances, one that never has any of them is not called (2^-20 otherwise). */
    private static final int RUN = 20;

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init") // set by the first step of every run
    private static LoopbackMesh mesh;

    @BeforeAll
    static void startMesh() throws IOException {
        mesh = LoopbackMesh.start(folder);
        for (String service : List.of("payments", "blind")) {
            mesh.write(service + ".yaml", """
                    apiVersion: v1
                    kind: Service
                    metadata: {name: %1$s, namespace: shop}
                    spec:
                      selector: {app: %1$s}
                      ports: [{name: http, port: 80, targetPort: 8080, appProtocol: http}]
                    """.formatted(service));
        }
        String token = String.valueOf(mesh.json("token", "create", "--host", "lab", "--identity", "shop/*")
                .get("token"));
        String unused = mesh.join("credential", token).orThrow();
        String[] checked = {"--ready-path", "/healthz", "--ready-interval", "1"};
        start("payments", "a", checked);
        start("payments", "b", checked);
        start("blind", "c", "--ready-path", "/healthz", "--ready-interval", "0");
        start("blind", "d", "--ready-path", "/healthz", "--ready-interval", "0");
        mesh.awaitInstances("payments", 2);
        mesh.awaitInstances("blind", 2);
        mesh.run(
                "web",
                9000,
                "credential",
                caller("payments") + " & " + caller("blind") + " & exec "
                        + LoopbackMesh.java(MoodyServer.class, "web $HOST 9000 /nowhere"));
    }

    private static void start(String service, String name, String... options) {
        String application = LoopbackMesh.java(MoodyServer.class, name + " $HOST 8080 '" + sick(name) + "'");
        mesh.run(service, 8080, "credential", "exec " + application, options);
    }

    /** A loop that writes who answered, one line each. */
    private static String caller(String service) {
        return "while :; do '" + Peers.require("curl") + "' -s -m 5 -w ' %{http_code}\\n' http://" + service + "/ >> '"
                + answersOf(service) + "'; sleep 0.02; done";
    }

    private static Path answersOf(String service) {
        return folder.resolve(service + ".answers");
    }

    private static Path sick(String name) {
        return folder.resolve("sick-" + name);
    }

    @AfterAll
    static void stopMesh() {
        if (mesh != null) {
            System.out.println(mesh.outputs());
            mesh.close();
        }
    }

    private static List<String> answers(String service) {
        try {
            Path file = answersOf(service);
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for a run of answers that come exactly from these instances, each with 200. */
    private static void awaitAnswers(String service, String... names) {
        Set<String> wanted = new HashSet<>();
        for (String name : names) {
            wanted.add(name + " 200");
        }
        Await.until("answers of " + service + " from " + wanted, LIMIT, () -> {
            List<String> all = answers(service);
            return all.size() >= RUN && new HashSet<>(all.subList(all.size() - RUN, all.size())).equals(wanted);
        });
    }

    private static long ready(boolean ready) {
        return ((List<?>) java.util.Objects.requireNonNull(
                        mesh.json("get", "workloads").get("workloads")))
                .stream()
                        .filter(workload -> workload instanceof Map<?, ?> item
                                && String.valueOf(item.get("identity")).contains("/sa/payments")
                                && item.get("ready").equals(ready))
                        .count();
    }

    @Test
    @Order(1)
    void callersStopCallingAnInstanceThatFallsIll() throws IOException {
        awaitAnswers("payments", "a", "b");
        awaitAnswers("blind", "c", "d");
        int before = answers("payments").size();
        long begin = System.nanoTime();
        Files.createFile(sick("a"));
        Files.createFile(sick("c"));
        long[] last = {begin, 0}; // when an answer of the sick one was seen last, and how many there were
        Await.until("a run of answers of the other alone", LIMIT, () -> {
            List<String> all = answers("payments");
            long sick = all.stream().filter("a 200"::equals).count();
            if (sick != last[1]) {
                last[0] = System.nanoTime();
                last[1] = sick;
            }
            return all.subList(all.size() - RUN, all.size()).stream().allMatch("b 200"::equals);
        });
        Duration seen = Duration.ofNanos(last[0] - begin);
        System.out.println("a sick instance was called last after " + seen.toMillis() + " ms");
        // An interval of a second, and a second for the way; doubled for a machine that is shared.
        assertThat(seen).isLessThan(Duration.ofSeconds(4));
        assertThat(ready(false)).isEqualTo(1);
        List<String> all = answers("payments");
        assertThat(all.subList(before, all.size())).as("no call failed").allMatch(answer -> answer.endsWith(" 200"));
    }

    /** The same without the check that is under test: this is what the first test would see then. */
    @Test
    @Order(2)
    void withoutACheckTheyGoOnCallingIt() {
        awaitAnswers("blind", "c", "d");
    }

    @Test
    @Order(3)
    void andCallItAgainOnceItHasRecovered() throws IOException {
        long begin = System.nanoTime();
        Files.delete(sick("a"));
        awaitAnswers("payments", "a", "b");
        Duration seen = Duration.ofNanos(System.nanoTime() - begin);
        System.out.println("it was called, in a run of both, again after " + seen.toMillis() + " ms");
        assertThat(seen).isLessThan(Duration.ofSeconds(8));
        assertThat(ready(true)).isEqualTo(2);
    }

    /** Perhaps what they all depend on is ill: to ask them is better than to say there is nobody. */
    @Test
    @Order(4)
    void whenAllAreIllAllAreCalled() throws IOException {
        Files.createFile(sick("a"));
        Files.createFile(sick("b"));
        Await.until("nobody is ready", LIMIT, () -> ready(false) == 2);
        int before = answers("payments").size();
        Await.until("some more answers", LIMIT, () -> answers("payments").size() > before + 2 * RUN);
        awaitAnswers("payments", "a", "b");
        assertThat(answers("payments")).as("no call failed").allMatch(answer -> answer.endsWith(" 200"));
    }
}
