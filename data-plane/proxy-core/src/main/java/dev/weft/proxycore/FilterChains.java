package dev.weft.proxycore;

import dev.weft.http.FilterChain;
import dev.weft.http.HttpFilter;
import dev.weft.http.TerminalFilter;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.HttpFilterConfig;
import dev.weft.xdsmodel.HttpFilterEntry;
import dev.weft.xdsmodel.HttpFilterOverride;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the filter chains of one connection manager: a chain belongs to a route (decision 23), and routes that say the
 * same of every filter share one. Control thread; the chains are any loop's.
 */
final class FilterChains {
    /**
     * Routes that are alike to filters.
     *
     * @param levels what is said of filters by name, the most specific first
     */
    private record Key(List<Map<String, HttpFilterOverride>> levels, boolean mirrored) {}

    private final List<HttpFilterEntry> entries; // without the router
    private final String statPrefix;
    private final HttpFilterFactory factory;
    private final TerminalFilter router;
    private final FilterChain bare;
    private final FilterChain base;
    private Map<Key, FilterChain> known = Map.of(); // of the last table

    FilterChains(HttpConnectionManager config, HttpFilterFactory factory, TerminalFilter router) {
        this.entries = config.httpFilters().stream()
                .filter(entry -> !(entry.config() instanceof HttpFilterConfig.Router))
                .toList();
        this.statPrefix = config.statPrefix();
        this.factory = factory;
        this.router = router;
        this.bare = new FilterChain(List.of(), router, 0);
        this.base = compile(List.of(), false);
    }

    /** Of requests that are refused before any filter may see them. */
    FilterChain bare() {
        return bare;
    }

    /** Of requests without a route. */
    FilterChain base() {
        return base;
    }

    /** The chains of a table's routes: those of the table before for what says the same, with what their filters know. */
    ServedRoutes of(RouteTable table) {
        Map<Key, FilterChain> before = known;
        Map<Key, FilterChain> now = new HashMap<>();
        FilterChain[][] chains = new FilterChain[table.routes().ordinals()][];
        for (RoutePlan plan : table.plans()) {
            List<List<Map<String, HttpFilterOverride>>> levels = plan.filterLevels();
            FilterChain[] shares = new FilterChain[levels.size()];
            for (int share = 0; share < shares.length; share++) {
                Key key = new Key(levels.get(share), plan.mirrors().length > 0);
                shares[share] = now.computeIfAbsent(key, k -> before.containsKey(k) ? before.get(k) : chain(k));
            }
            chains[plan.compiled().ordinal()] = shares;
        }
        known = now;
        return new ServedRoutes(table, chains);
    }

    private FilterChain chain(Key key) {
        return key.levels.isEmpty() && !key.mirrored ? base : compile(key.levels, key.mirrored);
    }

    private FilterChain compile(List<Map<String, HttpFilterOverride>> levels, boolean mirrored) {
        List<HttpFilter> filters = new ArrayList<>();
        int slots = mirrored ? MirrorTap.SLOT + 1 : 0;
        for (HttpFilterEntry entry : entries) {
            List<HttpFilterOverride> said = new ArrayList<>();
            for (Map<String, HttpFilterOverride> level : levels) {
                HttpFilterOverride override = level.get(entry.name());
                if (override != null) {
                    said.add(override);
                }
            }
            boolean disabled = said.isEmpty() ? entry.disabled() : said.get(0).disabled();
            HttpFilter filter = disabled ? null : filter(entry, said, slots);
            if (filter != null) {
                filters.add(filter);
                slots += filter.keepsState() ? 1 : 0;
            }
        }
        if (mirrored) {
            filters.add(new MirrorTap()); // last: what the endpoint gets is what is copied
        }
        return new FilterChain(filters, router, slots);
    }

    private @Nullable HttpFilter filter(HttpFilterEntry entry, List<HttpFilterOverride> said, int slot) {
        List<HttpFilterConfig> configs = new ArrayList<>();
        for (HttpFilterOverride override : said) {
            HttpFilterConfig config = override.config();
            if (config != null) {
                configs.add(config);
            }
        }
        return factory.create(entry.config(), configs, statPrefix, slot);
    }
}
