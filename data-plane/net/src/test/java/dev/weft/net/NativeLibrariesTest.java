package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibrariesTest {
    @TempDir
    Path directory;

    @Test
    void librariesAreCopiedOnceAndReadableByAll() throws IOException {
        NativeLibraries.extract(directory.resolve("native"));
        List<Path> files;
        try (var list = Files.list(directory.resolve("native"))) {
            files = list.toList();
        }
        assertThat(files)
                .extracting(file -> file.getFileName().toString())
                .containsExactlyInAnyOrder(
                        "libnetty_transport_native_epoll_x86_64.so", "libnetty_tcnative_linux_x86_64.so");
        FileTime longAgo = FileTime.fromMillis(0);
        for (Path file : files) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-r--r--");
            Files.setLastModifiedTime(file, longAgo);
        }
        NativeLibraries.extract(directory.resolve("native"));
        for (Path file : files) {
            assertThat(Files.getLastModifiedTime(file)).isEqualTo(longAgo);
        }
    }
}
