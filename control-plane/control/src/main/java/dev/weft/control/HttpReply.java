package dev.weft.control;

import dev.weft.adminapi.ApiError;
import dev.weft.adminapi.RecordJson;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What an HTTP request is answered with. */
record HttpReply(int status, String contentType, byte[] body, Map<String, String> headers) {
    static final String JSON = "application/json; charset=utf-8";

    static HttpReply json(Record value) {
        return new HttpReply(200, JSON, RecordJson.write(value).getBytes(StandardCharsets.UTF_8), Map.of());
    }

    static HttpReply text(int status, String text) {
        return new HttpReply(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    static HttpReply error(int status, String error, String hint) {
        return new HttpReply(
                status, JSON, RecordJson.write(new ApiError(error, hint)).getBytes(StandardCharsets.UTF_8), Map.of());
    }

    static HttpReply empty(int status) {
        return new HttpReply(status, "", new byte[0], Map.of());
    }

    HttpReply with(String name, String value) {
        Map<String, String> more = new java.util.LinkedHashMap<>(headers);
        more.put(name, value);
        return new HttpReply(status, contentType, body, more);
    }
}
