package dev.weft.bench;

import dev.weft.testkit.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The HTTP/2 backend: nghttpd over files of fixed size, or, for gRPC, over one message, with {@code grpc-status: 0} in
 * trailers. As a gRPC server it lacks only the method: every call is answered with the same message.
 */
final class H2Backend {
    /** What a unary call asks for; nghttpd finds the content type by the end of the name. */
    static final String GRPC_PATH = "/bench.Echo/Unary.grpc";

    /** Flag byte, length, and 100 bytes that no one decodes. */
    private static final int MESSAGE_BYTES = 100;

    private H2Backend() {}

    /** What starts it on {@code port} with its files in {@code folder}. */
    static List<String> command(Path folder, int port, boolean grpc) throws IOException {
        Path files = folder.resolve("h2-files");
        Files.createDirectories(files.resolve("bench.Echo"));
        Files.writeString(files.resolve("1k"), "a".repeat(1024));
        Files.writeString(files.resolve("64k"), "b".repeat(64 * 1024));
        Files.copy(grpcMessage(folder), files.resolve(GRPC_PATH.substring(1)), StandardCopyOption.REPLACE_EXISTING);
        Path types = folder.resolve("mime.types");
        Files.writeString(types, "application/grpc grpc\n");
        List<String> words = new ArrayList<>(List.of(Peers.require("nghttpd"), "-a", "127.0.0.1", "--no-tls"));
        // Its default of 100 streams would make the proxies' pools, not their codecs, the thing that is measured.
        words.addAll(List.of("-m", "1000", "-d", files.toString()));
        if (grpc) {
            words.addAll(List.of("--mime-types-file=" + types, "--trailer", "grpc-status: 0"));
        }
        words.add(Integer.toString(port));
        return words;
    }

    /** A file with one gRPC message, uncompressed. */
    static Path grpcMessage(Path folder) throws IOException {
        Path file = folder.resolve("message.grpc");
        byte[] message = new byte[5 + MESSAGE_BYTES];
        message[4] = MESSAGE_BYTES;
        Files.write(file, message);
        return file;
    }
}
