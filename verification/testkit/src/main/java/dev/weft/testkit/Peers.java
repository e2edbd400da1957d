package dev.weft.testkit;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the foreign programs that tests run against; {@code verification/peers.sh} installs them. */
public final class Peers {
    private static final List<String> ALSO = List.of("/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/local/bin");

    private Peers() {}

    /** The repository's root: the nearest folder upwards that holds {@code verification/peers.sh}. */
    public static Path repository() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("verification/peers.sh"))) {
                return at;
            }
        }
        throw new IllegalStateException("run this inside the Weft repository");
    }

    /** Where installed peers and scratch files of tests live. */
    public static Path buildFolder() {
        return repository().resolve("build");
    }

    /** The executable {@code name}: our own copy of Envoy, else from the PATH and the system folders beside it. */
    public static Optional<Path> find(String name) {
        if (name.equals("envoy")) {
            Path own = buildFolder().resolve("peers/envoy-binary");
            if (Files.isExecutable(own)) {
                return Optional.of(own.toAbsolutePath());
            }
        }
        Path built = buildFolder().resolve("peers").resolve(name);
        if (Files.isRegularFile(built) && Files.isExecutable(built)) {
            return Optional.of(built.toAbsolutePath());
        }
        List<String> folders =
                new ArrayList<>(List.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)));
        folders.addAll(ALSO);
        return folders.stream()
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(path -> Files.isRegularFile(path) && Files.isExecutable(path))
                .findFirst();
    }

    /** The executable {@code name}; throws with what to do if it is not there. */
    public static String require(String name) {
        return find(name)
                .orElseThrow(
                        () -> new AssertionError(name + " is not installed; verification/peers.sh installs it as root"))
                .toString();
    }

    /** The npm package playwright-core, if it was installed. */
    public static Optional<Path> playwright() {
        Path module = buildFolder().resolve("peers/browser/node_modules/playwright-core");
        return Files.isDirectory(module) ? Optional.of(module) : Optional.empty();
    }

    /** Whether this process may make network namespaces and rules: it runs as root. */
    public static boolean root() {
        return Command.run(Duration.ofSeconds(5), "id", "-u").output().strip().equals("0");
    }
}
