package dev.weft.proxy;

import dev.weft.base.SpiffeId;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request to an admin endpoint.
 *
 * @param path without query, decoded
 * @param query decoded parameters
 * @param peer verified identity of the client; null over plaintext
 */
record AdminRequest(
        String method,
        String path,
        Map<String, List<String>> query,
        @Nullable SpiffeId peer) {
    static AdminRequest of(String method, String uri, @Nullable SpiffeId peer) {
        QueryStringDecoder decoder = new QueryStringDecoder(uri);
        return new AdminRequest(method, decoder.path(), decoder.parameters(), peer);
    }

    boolean isPost() {
        return method.equals("POST");
    }

    /** The first value of a parameter, or null when it is absent; {@code ?usedonly} has an empty one. */
    @Nullable
    String parameter(String name) {
        List<String> values = query.get(name);
        return values == null ? null : values.getFirst();
    }
}
