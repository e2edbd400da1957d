package dev.weft.xdsmodel;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.accesslog.v3.AccessLog}: where a line per request or connection goes, and what it says. */
public record AccessLog(Destination destination, Format format) {
    /** Where lines go. */
    public sealed interface Destination {
        /** Appended to; {@code /dev/stdout} works as in Envoy. */
        record File(String path) implements Destination {}

        record Stdout() implements Destination {}

        record Stderr() implements Destination {}
    }

    /** What a line says. Operators ({@code %RESPONSE_CODE%} …) are Envoy's. */
    public sealed interface Format {
        /** Envoy's default text format. */
        record Standard() implements Format {}

        /** The text includes its line break. */
        record Text(String format) implements Format {}

        /** One JSON object per line; leaves are format strings, numbers, booleans, lists or nested objects. */
        record Json(Map<String, @Nullable Object> fields) implements Format {
            public Json {
                fields = Values.deepCopy(fields);
            }
        }
    }
}
