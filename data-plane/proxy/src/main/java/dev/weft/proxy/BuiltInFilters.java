package dev.weft.proxy;

import dev.weft.filters.HttpFilters;
import dev.weft.http.HttpFilter;
import dev.weft.proxycore.HttpFilterFactory;
import dev.weft.xdsmodel.HttpFilterConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The filters of module {@code filters} for the engine; neither knows the other. */
record BuiltInFilters(HttpFilters filters) implements HttpFilterFactory {
    @Override
    public void check(HttpFilterConfig config) {
        filters.check(config);
    }

    @Override
    public @Nullable HttpFilter create(
            HttpFilterConfig config, List<HttpFilterConfig> overrides, String statPrefix, int slot) {
        return filters.create(config, overrides, statPrefix, slot);
    }
}
