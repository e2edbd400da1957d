package dev.weft.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files of the dashboard, ready to be served: static, the same for everybody, no secret in them. What they show they
 * fetch from the operator API. Immutable after loading; any thread.
 */
public final class DashboardPages {
    /**
     * One file.
     *
     * @param body must not be changed
     * @param etag in quotes, for {@code ETag} and {@code If-None-Match}
     */
    public record Page(byte[] body, String contentType, String etag) {}

    /**
     * Headers for every answer, pages and API: nothing from elsewhere, no inline script or style, no frame around it, no
     * address of it told to others.
     */
    public static final Map<String, String> SECURITY_HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "Referrer-Policy",
            "no-referrer",
            "Cache-Control",
            "no-cache");

    private static final List<String> FILES = List.of(
            "index.html",
            "style.css",
            "app.js",
            "api.js",
            "graph.js",
            "layout.js",
            "panel.js",
            "tables.js",
            "words.js",
            "icon.svg");

    private static final Map<String, Page> PAGES = load();

    private DashboardPages() {}

    /** The file of a path such as {@code /} or {@code /app.js}; null when there is none. */
    public static @Nullable Page find(String path) {
        return PAGES.get(path.equals("/") ? "/index.html" : path);
    }

    private static Map<String, Page> load() {
        Map<String, Page> pages = new LinkedHashMap<>();
        for (String name : FILES) {
            try (InputStream in = DashboardPages.class.getResourceAsStream("page/" + name)) {
                if (in == null) {
                    throw new IllegalStateException("the dashboard's " + name + " is missing from its jar");
                }
                byte[] body = in.readAllBytes();
                pages.put("/" + name, new Page(body, contentType(name), etag(body)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return Map.copyOf(pages);
    }

    private static String contentType(String name) {
        String suffix = name.substring(name.lastIndexOf('.') + 1);
        return switch (suffix) {
            case "html" -> "text/html; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            default -> "image/svg+xml";
        };
    }

    private static String etag(byte[] body) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(body);
            return '"' + HexFormat.of().formatHex(hash, 0, 8) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK lacks SHA-256", e);
        }
    }
}
