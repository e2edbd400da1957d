package dev.weft.cli;

import com.sun.net.httpserver.HttpServer;
import dev.weft.adminapi.RecordJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** An operator API of canned answers behind the token {@code secret}. */
final class FakeOperator implements AutoCloseable {
    private final HttpServer server;
    private final Map<String, String> answers = new ConcurrentHashMap<>();

    FakeOperator() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            boolean allowed =
                    "Bearer secret".equals(exchange.getRequestHeaders().getFirst("Authorization"));
            String key = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            String answer = answers.get(key);
            int status = !allowed ? 401 : answer == null ? 404 : 200;
            String body = answer != null && allowed
                    ? answer
                    : "{\"error\":\"nothing at " + key + "\",\"hint\":\"look elsewhere\"}";
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    FakeOperator answer(String methodAndPath, Record body) {
        answers.put(methodAndPath, RecordJson.write(body));
        return this;
    }

    FakeOperator answerText(String methodAndPath, String body) {
        answers.put(methodAndPath, body);
        return this;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
