package dev.weft.proxy;

import dev.weft.base.Json;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An answer of an admin endpoint: small, whole, in memory.
 *
 * @param later when not null, this is the answer, once it is there; the rest means nothing
 */
record AdminResponse(
        int status,
        String contentType,
        String body,
        @Nullable CompletableFuture<AdminResponse> later) {
    private static final String TEXT = "text/plain; charset=UTF-8";
    private static final String JSON = "application/json";

    static AdminResponse text(String body) {
        return text(200, body);
    }

    static AdminResponse text(int status, String body) {
        return new AdminResponse(status, TEXT, body, null);
    }

    static AdminResponse json(@Nullable Object value) {
        return new AdminResponse(200, JSON, Json.writePretty(value), null);
    }

    /** An answer that must be waited for. */
    static AdminResponse later(CompletableFuture<AdminResponse> answer) {
        return new AdminResponse(200, TEXT, "", answer);
    }
}
