package dev.weft.sources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.SourceUpdate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigWatcherTest {
    @TempDir
    Path directory;

    @TempDir
    Path elsewhere;

    private final LinkedBlockingQueue<List<SourceUpdate>> batches = new LinkedBlockingQueue<>();
    private MeshImage image = MeshImage.empty();
    private List<Diagnostic> diagnostics = List.of();
    private ConfigWatcher watcher;
    private final LinkedBlockingQueue<Error> failures = new LinkedBlockingQueue<>(); // for the sink to throw

    private volatile Runnable onBatch = () -> {};

    private void take(List<SourceUpdate> batch) {
        onBatch.run();
        Error failure = failures.poll();
        if (failure != null) {
            batches.add(List.of());
            throw failure;
        }
        batches.add(batch);
    }

    private static String service(String name, int port) {
        return "apiVersion: v1\nkind: Service\nmetadata: {name: " + name + "}\nspec: {ports: [{port: " + port + "}]}\n";
    }

    @BeforeEach
    void start() throws IOException {
        Files.writeString(directory.resolve("a.yaml"), service("one", 1));
        watcher = new ConfigWatcher(directory, elsewhere.resolve("last-good.yaml"), this::take);
        watcher.start();
        List<SourceUpdate> first = batches.remove();
        assertThat(first.getLast()).isEqualTo(new SourceUpdate.Synced("files"));
        image = image.apply(first).after();
        assertThat(port("one")).isEqualTo(1);
    }

    @AfterEach
    void stop() {
        watcher.close();
    }

    private int port(String name) {
        Service service = image.service(ResourceKey.service("default", name));
        return service == null ? 0 : service.ports().getFirst().port();
    }

    /** Takes batches until the image is as wanted; fails after 10 s. */
    private void await(Predicate<MeshImage> wanted) throws InterruptedException {
        while (!wanted.test(image)) {
            List<SourceUpdate> batch = batches.poll(10, TimeUnit.SECONDS);
            assertThat(batch).as("no update").isNotNull();
            image = image.apply(batch).after();
            batch.forEach(update -> {
                if (update instanceof SourceUpdate.Reported reported) {
                    diagnostics = reported.diagnostics();
                }
            });
        }
    }

    @Test
    void writtenFileIsTaken() throws Exception {
        Files.writeString(directory.resolve("a.yaml"), service("one", 2));
        await(i -> port("one") == 2);
    }

    @Test
    void renamedOverFileIsTaken() throws Exception {
        Path temporary = directory.resolve(".a.yaml.tmp");
        Files.writeString(temporary, service("one", 2));
        Files.move(temporary, directory.resolve("a.yaml"), StandardCopyOption.ATOMIC_MOVE);
        await(i -> port("one") == 2);
    }

    @Test
    void newAndRemovedFilesAreTaken() throws Exception {
        Files.createDirectory(directory.resolve("sub"));
        Files.writeString(directory.resolve("sub/b.yml"), service("two", 2));
        await(i -> port("two") == 2);
        Files.writeString(directory.resolve("sub/b.yml"), service("two", 3));
        await(i -> port("two") == 3);
        Files.delete(directory.resolve("sub/b.yml"));
        await(i -> port("two") == 0);
    }

    @Test
    void mountedConfigMapIsFollowed() throws Exception {
        // as kubelet does it: visible names point into ..data, which is swapped by a rename
        Path first = Files.createDirectory(directory.resolve("..v1"));
        Files.writeString(first.resolve("m.yaml"), service("map", 1));
        Files.createSymbolicLink(directory.resolve("..data"), Path.of("..v1"));
        Files.createSymbolicLink(directory.resolve("m.yaml"), Path.of("..data/m.yaml"));
        await(i -> port("map") == 1);
        Path second = Files.createDirectory(directory.resolve("..v2"));
        Files.writeString(second.resolve("m.yaml"), service("map", 2));
        Files.createSymbolicLink(directory.resolve("..next"), Path.of("..v2"));
        Files.move(directory.resolve("..next"), directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        await(i -> port("map") == 2);
    }

    @Test
    void targetOfALinkIsWatchedWhereItLives() throws Exception {
        Files.writeString(elsewhere.resolve("real.yaml"), service("linked", 1));
        Files.createSymbolicLink(directory.resolve("link.yaml"), elsewhere.resolve("real.yaml"));
        await(i -> port("linked") == 1);
        Files.writeString(elsewhere.resolve("real.yaml"), service("linked", 2));
        await(i -> port("linked") == 2);
    }

    @Test
    void fileThatIsEmptiedAndWrittenAgainLosesNothing() throws Exception {
        Files.writeString(directory.resolve("a.yaml"), "");
        List<SourceUpdate> hasty = batches.poll(100, TimeUnit.MILLISECONDS);
        assertThat(hasty).isNull();
        Files.writeString(directory.resolve("a.yaml"), service("one", 2));
        await(i -> {
            assertThat(port("one")).isPositive();
            return port("one") == 2;
        });
    }

    @Test
    void fileThatStaysEmptyIsBelieved() throws Exception {
        Files.writeString(directory.resolve("a.yaml"), "");
        await(i -> port("one") == 0);
    }

    @Test
    void hiddenFilesAndForeignNamesAreLeftAlone() throws Exception {
        Files.writeString(directory.resolve(".hidden.yaml"), service("hidden", 1));
        Files.writeString(directory.resolve("notes.txt"), "x: [");
        Files.writeString(directory.resolve("b.yaml"), service("two", 2));
        await(i -> port("two") == 2);
        assertThat(image.services()).hasSize(2);
    }

    @Test
    void deeplyNestedFileIsReportedAndTheOthersApply() throws Exception {
        Files.writeString(directory.resolve("0.yaml"), "[".repeat(20_000));
        Files.writeString(directory.resolve("0.json"), "{\"a\":".repeat(20_000));
        Files.writeString(directory.resolve("a.yaml"), service("one", 2));
        await(i -> port("one") == 2 && diagnostics.size() == 2);
        assertThat(diagnostics).extracting(Diagnostic::code).containsOnly("yaml-syntax");
        Files.delete(directory.resolve("0.yaml"));
        Files.delete(directory.resolve("0.json"));
        await(i -> diagnostics.isEmpty());
    }

    @Test
    void directoryTooDeepToBeReadIsWarnedOfWhileItIsThere() throws Exception {
        Path deep = Files.createDirectories(directory.resolve("1/2/3/4/5/6/7/8"));
        await(i -> !diagnostics.isEmpty());
        assertThat(diagnostics).extracting(Diagnostic::code).containsExactly("directory-too-deep");
        Files.delete(deep);
        await(i -> diagnostics.isEmpty());
    }

    @Test
    void watchGoesOnAfterAnUnexpectedFailure() throws Exception {
        Error failure = new StackOverflowError("the test's");
        failure.setStackTrace(new StackTraceElement[0]);
        failures.add(failure);
        Files.writeString(directory.resolve("a.yaml"), service("one", 2));
        assertThat(batches.poll(10, TimeUnit.SECONDS)).as("failed").isEmpty();
        Files.writeString(directory.resolve("a.yaml"), service("one", 3));
        await(i -> port("one") == 3);
    }

    @Test
    void lastGoodDocumentsAreKeptForARestart() throws Exception {
        watcher.close();
        batches.clear();
        Files.writeString(directory.resolve("a.yaml"), service("one", 0));
        watcher = new ConfigWatcher(directory, elsewhere.resolve("last-good.yaml"), batches::add);
        watcher.start();
        image = MeshImage.empty().apply(batches.remove()).after();
        assertThat(port("one")).isEqualTo(1);
    }

    private String lastGood() {
        try {
            return Files.readString(elsewhere.resolve("last-good.yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void changeIsKeptForARestartHoweverManyEventsCome() throws Exception {
        Files.writeString(directory.resolve("a.yaml"), service("one", 2));
        await(i -> port("one") == 2);
        long start = System.nanoTime();
        for (int i = 0; !lastGood().contains("port: 2}"); i++) {
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(5));
            Files.writeString(directory.resolve("notes.txt"), "event " + i);
            batches.poll(20, TimeUnit.MILLISECONDS);
        }
    }

    @Test
    void whatABadEditReplacesIsKeptBeforeAnythingElseChanges() throws Exception {
        LinkedBlockingQueue<String> keptAtNext = new LinkedBlockingQueue<>();
        Files.writeString(directory.resolve("a.yaml"), service("one", 2));
        await(i -> port("one") == 2);
        Files.writeString(directory.resolve("a.yaml"), service("one", 99_999));
        await(i -> !diagnostics.isEmpty());
        onBatch = () -> keptAtNext.add(lastGood());
        Files.writeString(directory.resolve("b.yaml"), service("two", 2));
        assertThat(keptAtNext.poll(10, TimeUnit.SECONDS)).contains("port: 2}");
    }

    @Test
    void changeIsTakenWithinAboutATenthOfASecond() throws Exception {
        long best = Long.MAX_VALUE;
        for (int i = 2; i < 7; i++) {
            int port = i;
            long start = System.nanoTime();
            Files.writeString(directory.resolve("a.yaml"), service("one", port));
            await(image -> port("one") == port);
            best = Math.min(best, System.nanoTime() - start);
        }
        System.out.println("file change to update: " + best / 1_000_000 + " ms");
        assertThat(best).isLessThan(TimeUnit.MILLISECONDS.toNanos(150));
    }
}
