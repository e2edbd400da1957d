package dev.weft.bench;

import dev.weft.testkit.Command;
import dev.weft.testkit.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Throw-away certificates of a run: one P-256 root and one leaf that both sides present, as a mesh would: SPIFFE name, client
 * and server use. Made with the openssl command.
 *
 * @param root PEM
 * @param certificate PEM
 * @param key PEM
 * @param both certificate and key in one file, as HAProxy wants them
 */
record Pki(Path root, Path certificate, Path key, Path both) {
    static final String IDENTITY = "spiffe://bench.local/ns/bench/sa/bench";

    static Pki create(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path root = folder.resolve("root.pem");
        Path rootKey = folder.resolve("root.key");
        Path certificate = folder.resolve("leaf.pem");
        Path key = folder.resolve("leaf.key");
        Path request = folder.resolve("leaf.csr");
        Path extensions = folder.resolve("leaf.ext");
        Path both = folder.resolve("leaf-and-key.pem");
        Files.writeString(extensions, """
                basicConstraints=critical,CA:FALSE
                keyUsage=critical,digitalSignature
                extendedKeyUsage=serverAuth,clientAuth
                subjectAltName=URI:%s,DNS:bench.local
                """.formatted(IDENTITY));
        openssl(
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=bench root",
                "-addext",
                "keyUsage=critical,keyCertSign,cRLSign",
                "-keyout",
                rootKey.toString(),
                "-out",
                root.toString());
        openssl(
                "req",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-subj",
                "/CN=bench",
                "-keyout",
                key.toString(),
                "-out",
                request.toString());
        openssl(
                "x509",
                "-req",
                "-in",
                request.toString(),
                "-CA",
                root.toString(),
                "-CAkey",
                rootKey.toString(),
                "-CAcreateserial",
                "-days",
                "1",
                "-extfile",
                extensions.toString(),
                "-out",
                certificate.toString());
        Files.writeString(both, Files.readString(certificate) + Files.readString(key));
        return new Pki(root, certificate, key, both);
    }

    /** As {@code connect.c} takes them. */
    List<String> words() {
        return List.of(root.toString(), both.toString());
    }

    private static void openssl(String... words) {
        String[] command = new String[words.length + 1];
        command[0] = Peers.require("openssl");
        System.arraycopy(words, 0, command, 1, words.length);
        String unused = Command.run(Duration.ofSeconds(20), command).orThrow();
    }
}
