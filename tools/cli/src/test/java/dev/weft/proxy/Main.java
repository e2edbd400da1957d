package dev.weft.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

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
        String hindrance = System.getenv("SIDECAR_HINDRANCE");
        server.createContext("/healthz/ready", exchange -> {
            byte[] body = (hindrance == null ? "LIVE\n" : "INITIALIZING\n" + hindrance + "\n").getBytes(UTF_8);
            exchange.sendResponseHeaders(hindrance == null ? 200 : 503, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.createContext("/crash", exchange -> Runtime.getRuntime().halt(9));
        Runtime.getRuntime().addShutdownHook(new Thread(Main::end));
        server.start();
    }

    /** Takes as long as the requests under way that it stands for. */
    private static void end() {
        String millis = System.getenv("SIDECAR_DRAINS");
        if (millis != null) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(Long.parseLong(millis)));
        }
        log("sidecar ends");
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
