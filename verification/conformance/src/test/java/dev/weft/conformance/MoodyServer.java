package dev.weft.conformance;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;

/** An application that answers with its name, and at {@code /healthz} 503 for as long as there is a certain file. */
final class MoodyServer {
    private MoodyServer() {}

    /** {@code NAME ADDRESS PORT FILE}. */
    public static void main(String[] args) throws IOException {
        Path sick = Path.of(args[3]);
        HttpServer server = HttpServer.create(new InetSocketAddress(args[1], Integer.parseInt(args[2])), 1024);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            boolean check = exchange.getRequestURI().getPath().equals("/healthz");
            byte[] body = args[0].getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(check && Files.exists(sick) ? 503 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }
}
