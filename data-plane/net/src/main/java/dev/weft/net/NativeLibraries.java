package dev.weft.net;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/**
 * Puts the native libraries into a directory once, so that a process started with {@code -Djava.library.path=DIRECTORY}
 * maps them from there. Without it Netty writes them to a temporary file at each start.
 */
public final class NativeLibraries {
    private static final List<String> FILES =
            List.of("libnetty_transport_native_epoll_x86_64.so", "libnetty_tcnative_linux_x86_64.so");

    // The proxy runs as another user than the one who installs.
    private static final Set<PosixFilePermission> READABLE = PosixFilePermissions.fromString("rw-r--r--");

    private NativeLibraries() {}

    /** Copies the libraries of the class path; each appears whole or not at all. One of the same size is left alone. */
    public static void extract(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (String file : FILES) {
            try (InputStream in = NativeLibraries.class.getResourceAsStream("/META-INF/native/" + file)) {
                if (in == null) {
                    throw new IOException(file + " is not on the class path");
                }
                byte[] bytes = in.readAllBytes();
                Path target = directory.resolve(file);
                if (Files.exists(target) && Files.size(target) == bytes.length) {
                    continue;
                }
                // Next to the target, then renamed: a process that has the old one mapped keeps it.
                Path next =
                        Files.createTempFile(directory, file, ".next", PosixFilePermissions.asFileAttribute(READABLE));
                Files.write(next, bytes);
                Files.move(next, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** {@code java -cp … dev.weft.net.NativeLibraries DIRECTORY}: for the build of a distribution. */
    public static void main(String[] arguments) throws IOException {
        extract(Path.of(arguments[0]));
    }
}
