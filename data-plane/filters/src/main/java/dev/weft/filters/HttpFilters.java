package dev.weft.filters;

import dev.weft.http.HttpFilter;
import dev.weft.stats.StatsRegistry;
import dev.weft.xdsmodel.Cors;
import dev.weft.xdsmodel.Fault;
import dev.weft.xdsmodel.HttpFilterConfig;
import dev.weft.xdsmodel.StatefulSession;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the built-in filters of a process. Confined to the control thread; the filters are any loop's. */
public final class HttpFilters {
    private final StatsRegistry stats;
    private final Map<String, FaultStats> faults = new HashMap<>(); // by prefix: limits outlive a configuration

    public HttpFilters(StatsRegistry stats) {
        this.stats = stats;
    }

    /** {@link IllegalArgumentException}, which says why, when no filter can be made of it. */
    public void check(HttpFilterConfig config) {
        if (config instanceof Fault fault) {
            FaultRules.check(fault);
        } else if (config instanceof Cors.Policy policy) {
            CorsPolicy.check(policy);
        } else if (!(config instanceof Cors || config instanceof StatefulSession)) {
            throw new IllegalArgumentException("not a filter's: " + config);
        }
    }

    /**
     * The filter, or null when it would have nothing to do.
     *
     * @param config the connection manager's
     * @param overrides what routes say instead, the most specific first
     * @param statPrefix the connection manager's
     * @param slot of a stream, the filter's own if it keeps state
     */
    public @Nullable HttpFilter create(
            HttpFilterConfig config, List<HttpFilterConfig> overrides, String statPrefix, int slot) {
        if (config instanceof Cors) {
            CorsPolicy policy = CorsPolicy.of(overrides);
            return policy == null ? null : new CorsFilter(policy, new CorsStats(stats, statPrefix), slot);
        }
        HttpFilterConfig inForce = overrides.isEmpty() ? config : overrides.get(0);
        if (inForce instanceof Fault fault) {
            FaultStats counted = faults.computeIfAbsent(statPrefix, prefix -> new FaultStats(stats, prefix));
            return fault.delay() == null && fault.abort() == null ? null : new FaultFilter(fault, counted, slot);
        }
        if (inForce instanceof StatefulSession session) {
            SessionState state = state(session.state());
            return state == null
                    ? null
                    : new SessionFilter(state, session.strict(), new SessionStats(stats, statPrefix), slot);
        }
        throw new IllegalArgumentException("not a filter's: " + inForce);
    }

    private static @Nullable SessionState state(StatefulSession.@Nullable State state) {
        if (state instanceof StatefulSession.State.Cookie cookie) {
            return new CookieSession(cookie, InstantSource.system());
        }
        return state instanceof StatefulSession.State.Header header ? new HeaderSession(header) : null;
    }
}
