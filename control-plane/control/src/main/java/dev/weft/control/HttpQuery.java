package dev.weft.control;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One HTTP request of the operator API.
 *
 * @param path without query
 */
record HttpQuery(String method, String path, Map<String, String> parameters, String body) {
    static Map<String, String> parse(@org.jspecify.annotations.Nullable String rawQuery) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (rawQuery != null) {
            for (String part : rawQuery.split("&")) {
                int equals = part.indexOf('=');
                String name = equals < 0 ? part : part.substring(0, equals);
                String value = equals < 0 ? "" : part.substring(equals + 1);
                parameters.put(decode(name), decode(value));
            }
        }
        return parameters;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    boolean isGet() {
        return method.equals("GET") || method.equals("HEAD");
    }
}
