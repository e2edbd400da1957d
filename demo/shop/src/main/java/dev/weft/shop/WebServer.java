package dev.weft.shop;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** A service behind the JDK's HTTP server. What it depends on failing is a 502 with the reason. */
final class WebServer {
    private final String name;
    private final Service service;

    private WebServer(String name, Service service) {
        this.name = name;
        this.service = service;
    }

    static void start(String name, Service service) throws IOException {
        // The JDK's server sends head and body apart; without this the second waits for the first's acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        String host = System.getenv().getOrDefault("HOST", "0.0.0.0");
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
        HttpServer server = HttpServer.create(new InetSocketAddress(host, port), 128);
        WebServer self = new WebServer(name, service);
        server.createContext("/", self::handle);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(2)));
        server.start();
        System.out.println(name + " listens at " + host + ":" + port);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            int status = 200;
            String answer;
            try {
                answer = answer(exchange, body);
            } catch (IOException e) {
                status = 502;
                answer = "{\"service\":\"" + name + "\",\"error\":\"" + Text.json(String.valueOf(e.getMessage()))
                        + "\"}";
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                status = 503;
                answer = "{\"service\":\"" + name + "\",\"error\":\"ending\"}";
            }
            byte[] bytes = (answer + "\n").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private String answer(HttpExchange exchange, String body) throws IOException, InterruptedException {
        String path = exchange.getRequestURI().getPath();
        String tester = exchange.getRequestHeaders().getFirst(Others.TESTER);
        if (tester == null) {
            return service.answer(path, body);
        }
        try {
            return ScopedValue.where(Others.TESTING, tester).call(() -> service.answer(path, body));
        } catch (IOException | InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e); // a service throws no other
        }
    }
}
