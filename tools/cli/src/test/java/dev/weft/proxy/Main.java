package dev.weft.proxy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
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

    public static void main(String[] args) throws IOException {
        List<String> arguments = List.of(args);
        log("sidecar " + ProcessHandle.current().pid() + " " + String.join(" ", args));
        if (System.getenv("SIDECAR_FAILS") != null) {
            System.exit(7);
        }
        String address = arguments.get(arguments.indexOf("--address") + 1);
        HttpServer server = HttpServer.create(new InetSocketAddress(address, 15021), 0);
        server.createContext("/healthz/ready", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.createContext("/crash", exchange -> Runtime.getRuntime().halt(9));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> log("sidecar ends")));
        server.start();
    }

    private static void log(String line) {
        try {
            Files.writeString(
                    Path.of(System.getenv("SIDECAR_LOG")),
                    line + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
