package dev.weft.proxy;

import com.sun.net.httpserver.HttpServer;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Stands for the sidecar in tests of the supervisor, which starts it by this name: ready at once, writes what happens to
 * it to the file SIDECAR_LOG, ends when told to.
 */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        List<String> arguments = List.of(args);
        int fd = arguments.indexOf("--credential-fd");
        if (fd >= 0) {
            try (InputStream in = System.in) {
                log("credential " + new String(in.readAllBytes()).replace('\n', ' '));
            }
        }
        log("started " + String.join(" ", args));
        if (System.getenv("SIDECAR_FAILS") != null) {
            System.exit(7);
        }
        HttpServer server =
                HttpServer.create(new InetSocketAddress(arguments.get(arguments.indexOf("--address") + 1), 15021), 0);
        server.createContext("/healthz/ready", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.createContext("/crash", exchange -> Runtime.getRuntime().halt(9));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> log("sidecar ends")));
        server.start();
    }

    private static synchronized void log(String line) {
        try {
            Files.writeString(
                    Path.of(System.getenv("SIDECAR_LOG")),
                    line + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
