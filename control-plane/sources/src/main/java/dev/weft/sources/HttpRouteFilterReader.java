package dev.weft.sources;

import dev.weft.meshmodel.HttpRouteFilter;
import dev.weft.meshmodel.HttpRouteFilter.DirectResponse;
import dev.weft.meshmodel.ResourceKey;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code weft.dev/v1 HTTPRouteFilter}. */
final class HttpRouteFilterReader {
    private static final int LONGEST_BODY = 4096; // what a proxy takes for a response of its own, as Envoy's default

    private HttpRouteFilterReader() {}

    static @Nullable HttpRouteFilter read(ResourceKey key, FieldReader spec) {
        FieldReader item = spec.requiredObject("directResponse");
        if (item == null) {
            return null;
        }
        int status = item.requiredInteger("statusCode", 200, 599);
        String contentType = Objects.requireNonNullElse(item.string("contentType"), "");
        HttpFields.checkValue(item.findings(), item.at("contentType"), contentType);
        String body = Objects.requireNonNullElse(item.string("body"), "");
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_BODY) {
            item.findings()
                    .error(
                            "out-of-range",
                            item.at("body"),
                            "has " + length + " bytes, more than " + LONGEST_BODY,
                            "serve it from a backend");
        }
        return new HttpRouteFilter(key, new DirectResponse(status, contentType, body));
    }
}
