package dev.weft.control;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weft.adminapi.OperatorApi;
import dev.weft.base.Address;
import dev.weft.base.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The operator's door: HTTP on loopback, opened by the bearer token or by the cookie the page got for it. Checks Host (DNS
 * rebinding), and for changes made with the cookie a header no foreign page can send (CSRF). Static pages hold no data and
 * need no token.
 *
 * <p>One virtual thread per request.
 */
final class OperatorServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.weft.control");
    private static final int MAX_BODY = 64 * 1024;
    private static final String CSRF_HEADER = "x-weft-csrf";

    private static final Map<String, String> SECURITY_HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
            "X-Content-Type-Options",
            "nosniff",
            "X-Frame-Options",
            "DENY",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Opener-Policy",
            "same-origin");

    /** Answers requests that may be answered. */
    interface Api {
        /** A request below {@link OperatorApi#PREFIX}, authenticated. */
        HttpReply api(HttpQuery query);

        /** A static page, or null. */
        @Nullable
        HttpReply page(String path);
    }

    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final byte[] token;
    private final String session;
    private final Api api;
    private final Address address;

    OperatorServer(Address address, String token, Api api) throws IOException {
        this.token = token.getBytes(StandardCharsets.UTF_8);
        this.session = session(this.token);
        this.api = api;
        try {
            this.server = HttpServer.create(new InetSocketAddress(address.host(), address.port()), 64);
        } catch (IOException e) {
            throw new IOException("cannot listen on " + address + ": " + e.getMessage(), e);
        }
        this.address = new Address(address.host(), server.getAddress().getPort());
        server.setExecutor(executor);
        server.createContext("/", this::handle);
    }

    /** The cookie's value follows from the token: it survives restarts, and a new token ends all sessions. */
    private static String session(byte[] token) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(token, "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal("weft operator session".getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }

    void start() {
        server.start();
    }

    Address address() {
        return address;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            HttpReply reply;
            try {
                reply = answer(exchange);
            } catch (IllegalArgumentException e) {
                reply = HttpReply.error(400, String.valueOf(e.getMessage()), "");
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "operator request failed: " + exchange.getRequestURI(), e);
                reply = HttpReply.error(500, "the control plane failed to answer", "see its log");
            }
            SECURITY_HEADERS.forEach(exchange.getResponseHeaders()::set);
            reply.headers().forEach(exchange.getResponseHeaders()::add);
            if (!reply.contentType().isEmpty()) {
                exchange.getResponseHeaders().set("Content-Type", reply.contentType());
            }
            boolean head = exchange.getRequestMethod().equals("HEAD");
            int length = reply.body().length;
            exchange.sendResponseHeaders(reply.status(), head || length == 0 ? -1 : length);
            if (!head && length > 0) {
                exchange.getResponseBody().write(reply.body());
            }
        }
    }

    private HttpReply answer(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath();
        if (!isOwnHost(exchange.getRequestHeaders().getFirst("Host"))) {
            return HttpReply.error(421, "this is not the host you asked for", "use http://" + address + "/");
        }
        if (!path.startsWith(OperatorApi.PREFIX + "/")) {
            return page(exchange, method, path);
        }
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            return HttpReply.error(413, "request too large", "");
        }
        HttpQuery query = new HttpQuery(
                method,
                path,
                HttpQuery.parse(exchange.getRequestURI().getRawQuery()),
                new String(body, StandardCharsets.UTF_8));
        HttpReply reply;
        if (path.equals(OperatorApi.SESSION)) {
            reply = session(query);
        } else {
            HttpReply refusal = refusal(exchange, query);
            reply = refusal != null ? refusal : api.api(query);
        }
        return reply.with("Cache-Control", "no-store");
    }

    private HttpReply page(HttpExchange exchange, String method, String path) {
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return HttpReply.error(405, "only GET here", "");
        }
        HttpReply page = api.page(path);
        if (page == null) {
            return HttpReply.error(404, "no such page", "the API is below " + OperatorApi.PREFIX);
        }
        String tag = page.headers().get("ETag");
        if (tag != null && tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
            return new HttpReply(304, "", new byte[0], page.headers());
        }
        return page;
    }

    private @Nullable HttpReply refusal(HttpExchange exchange, HttpQuery query) {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        if (header != null) {
            boolean right =
                    header.startsWith("Bearer ") && isToken(header.substring(7).strip());
            return right ? null : unauthorized();
        }
        if (!hasSession(exchange)) {
            return unauthorized();
        }
        String origin = exchange.getRequestHeaders().getFirst("Origin");
        boolean foreign = origin != null
                && !origin.equals("http://" + exchange.getRequestHeaders().getFirst("Host"));
        if (foreign || !query.isGet() && exchange.getRequestHeaders().getFirst(CSRF_HEADER) == null) {
            return HttpReply.error(403, "refused: the request may come from another page", "send " + CSRF_HEADER);
        }
        return null;
    }

    private static HttpReply unauthorized() {
        return HttpReply.error(
                        401,
                        "the operator token is needed",
                        "it is in the file " + OperatorApi.TOKEN_FILE
                                + " of the control plane's state directory; send it as Authorization: Bearer")
                .with("WWW-Authenticate", "Bearer");
    }

    private HttpReply session(HttpQuery query) {
        String attributes = "; Path=/; HttpOnly; SameSite=Strict";
        if (query.method().equals("DELETE")) {
            return HttpReply.empty(204)
                    .with("Set-Cookie", OperatorApi.SESSION_COOKIE + "=" + attributes + "; Max-Age=0");
        }
        if (!query.method().equals("POST")) {
            return HttpReply.error(405, "POST or DELETE here", "");
        }
        try {
            if (Json.parse(query.body()) instanceof Map<?, ?> map
                    && map.get("token") instanceof String shown
                    && isToken(shown.strip())) {
                return HttpReply.empty(204).with("Set-Cookie", OperatorApi.SESSION_COOKIE + "=" + session + attributes);
            }
        } catch (Json.JsonException e) {
            return HttpReply.error(400, "not JSON", "send {\"token\": \"…\"}");
        }
        return unauthorized();
    }

    private boolean isToken(String shown) {
        return MessageDigest.isEqual(token, shown.getBytes(StandardCharsets.UTF_8));
    }

    private boolean hasSession(HttpExchange exchange) {
        for (String header : exchange.getRequestHeaders().getOrDefault("Cookie", java.util.List.of())) {
            for (String cookie : header.split(";")) {
                String[] parts = cookie.strip().split("=", 2);
                if (parts.length == 2
                        && parts[0].equals(OperatorApi.SESSION_COOKIE)
                        && MessageDigest.isEqual(
                                session.getBytes(StandardCharsets.UTF_8), parts[1].getBytes(StandardCharsets.UTF_8))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A page of another name that resolves to us must not read our answers. */
    private static boolean isOwnHost(@Nullable String host) {
        if (host == null) {
            return false;
        }
        String name = host.replaceFirst(":[0-9]{1,5}$", "");
        return Set.of("127.0.0.1", "localhost", "[::1]").contains(name);
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
