package dev.weft.proxy;

import dev.weft.base.Json;
import org.jspecify.annotations.Nullable;

/** An answer of an admin endpoint: small, whole, in memory. */
record AdminResponse(int status, String contentType, String body) {
    private static final String TEXT = "text/plain; charset=UTF-8";
    private static final String JSON = "application/json";

    static AdminResponse text(String body) {
        return text(200, body);
    }

    static AdminResponse text(int status, String body) {
        return new AdminResponse(status, TEXT, body);
    }

    static AdminResponse json(@Nullable Object value) {
        return new AdminResponse(200, JSON, Json.writePretty(value));
    }
}
