package dev.weft.control;

import dev.weft.ca.Durable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;

/** The directory that survives restarts, locked while a control plane runs over it. */
final class StateDirectory implements AutoCloseable {
    private final Path path;
    private final FileChannel lockFile;

    private StateDirectory(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /** Makes and locks it; {@link IOException} when another control plane has it. */
    static StateDirectory open(Path path) throws IOException {
        Durable.directory(path);
        FileChannel file = FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = file.tryLock();
            if (lock != null) {
                return new StateDirectory(path, file); // the lock ends with the channel or the process
            }
        } catch (OverlappingFileLockException e) {
            // held within this process: the same answer
        }
        file.close();
        throw new IOException("another control plane runs over " + path + "; use another --state");
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    /** The operator's token, made at the first start. */
    String operatorToken() throws IOException {
        Path file = path.resolve(dev.weft.adminapi.OperatorApi.TOKEN_FILE);
        if (Files.exists(file)) {
            String token = Files.readString(file).strip();
            if (!token.isEmpty()) {
                return token;
            }
        }
        byte[] secret = new byte[24];
        new SecureRandom().nextBytes(secret);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        Durable.write(file, (token + "\n").getBytes(StandardCharsets.US_ASCII), true);
        return token;
    }

    /** Lines written earlier; none when the file is not there. */
    List<String> lines(String name) throws IOException {
        Path file = path.resolve(name);
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    void lines(String name, List<String> lines) throws IOException {
        Durable.write(path.resolve(name), (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8), true);
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
