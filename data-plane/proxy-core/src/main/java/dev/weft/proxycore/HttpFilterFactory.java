package dev.weft.proxycore;

import dev.weft.http.HttpFilter;
import dev.weft.xdsmodel.HttpFilterConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the HTTP filters of the configuration. Handed in by the process, so that the engine knows no filter but the router.
 * Control thread.
 */
public interface HttpFilterFactory {
    /** For proxies that only route. */
    HttpFilterFactory NONE = new HttpFilterFactory() {
        @Override
        public void check(HttpFilterConfig config) {
            throw new IllegalArgumentException("this proxy has no filters");
        }

        @Override
        public @Nullable HttpFilter create(
                HttpFilterConfig config, List<HttpFilterConfig> overrides, String statPrefix, int slot) {
            return null;
        }
    };

    /** {@link IllegalArgumentException}, which says why, when no filter can be made of it: a regular expression is broken. */
    void check(HttpFilterConfig config);

    /**
     * A filter for the requests of one or several routes; null when it would have nothing to do.
     *
     * @param config the connection manager's
     * @param overrides what routes say instead, the most specific first
     * @param statPrefix the connection manager's
     * @param slot of a stream, the filter's own if it keeps state
     */
    @Nullable
    HttpFilter create(HttpFilterConfig config, List<HttpFilterConfig> overrides, String statPrefix, int slot);
}
