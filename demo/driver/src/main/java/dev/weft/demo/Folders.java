package dev.weft.demo;

import dev.weft.base.HomeFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where the demo keeps its files: below the repository's build folder, or below {@code ~/.weft} for a distribution. */
final class Folders {
    /** Set in the environment of everything the demo starts; what an earlier run left behind is found by it. */
    static final String MARK = "WEFT_DEMO";

    private static final List<String> MESH =
            List.of("mesh.yaml", "services.yaml", "canary.yaml", "balancing.yaml", "mirror.yaml", "faults.yaml.off");

    final Path home;
    final Path lib;
    final Path root;

    private Folders(Path home, Path lib, Path root) {
        this.home = home;
        this.lib = lib;
        this.root = root;
    }

    static Folders find() {
        String home = System.getenv("WEFT_HOME");
        String lib = System.getenv("WEFT_LIB");
        if (home == null || lib == null) {
            throw new IllegalStateException("start the demo by 'weft demo'");
        }
        Path root = Files.isDirectory(Path.of(home, "tools", "launcher"))
                ? Path.of(home, "build", "demo")
                : HomeFolder.path().resolve(".weft/demo");
        return new Folders(Path.of(home), Path.of(lib), root);
    }

    Path weft() {
        return home.resolve("weft");
    }

    /** The YAML the user may edit. */
    Path mesh() {
        return root.resolve("mesh");
    }

    /** Faults, where nobody reads them. */
    Path faultsOff() {
        return mesh().resolve("faults.yaml.off");
    }

    /** Where the control plane reads them. */
    Path faultsOn() {
        return mesh().resolve("faults.yaml");
    }

    Path canary() {
        return mesh().resolve("canary.yaml");
    }

    /** What the control plane keeps. */
    Path state() {
        return root.resolve("state");
    }

    /** What {@code weft join} made. */
    Path credential() {
        return root.resolve("credential");
    }

    Path logs() {
        return root.resolve("logs");
    }

    Path python() {
        return root.resolve("recommendations.py");
    }

    /** Takes the one place there is for a demo of this checkout; null when another one runs. */
    @Nullable
    FileLock lock() throws IOException {
        Files.createDirectories(root);
        FileChannel channel =
                FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        return channel.tryLock();
    }

    /** Starts anew: only the lock stays. */
    void prepare() throws IOException {
        for (Path folder : List.of(mesh(), state(), credential(), logs())) {
            delete(folder);
            Files.createDirectories(folder);
        }
        for (String name : MESH) {
            copy("/mesh/" + name, mesh().resolve(name));
        }
        copy("/recommendations.py", python());
    }

    private static void copy(String resource, Path file) throws IOException {
        try (InputStream in = Folders.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException(resource + " is missing from the demo's jars");
            }
            Files.write(file, in.readAllBytes());
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    /** Ends processes an earlier run of this checkout could not end. */
    void killLeftovers() throws IOException {
        byte[] mark = (MARK + "=" + root + "\0").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            all.filter(p -> p.pid() != ProcessHandle.current().pid())
                    .filter(p -> contains(environment(p.pid()), mark))
                    .forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static byte[] environment(long pid) {
        try {
            return Files.readAllBytes(Path.of("/proc", String.valueOf(pid), "environ"));
        } catch (IOException e) {
            return new byte[0]; // gone, or somebody else's
        }
    }

    private static boolean contains(byte[] text, byte[] part) {
        for (int i = 0; i + part.length <= text.length; i++) {
            if (java.util.Arrays.equals(text, i, i + part.length, part, 0, part.length)) {
                return true;
            }
        }
        return false;
    }
}
