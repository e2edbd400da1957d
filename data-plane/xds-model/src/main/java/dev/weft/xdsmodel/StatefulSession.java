package dev.weft.xdsmodel;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.extensions.filters.http.stateful_session.v3.StatefulSession}: requests of a session go to the endpoint the
 * first one went to.
 *
 * @param state how clients keep it; null = there are no sessions
 * @param strict whether a request fails rather than go elsewhere when its endpoint may not be used; default false
 */
public record StatefulSession(@Nullable State state, boolean strict) implements HttpFilterConfig {
    /** What of a session a client holds. */
    public sealed interface State {
        /**
         * {@code CookieBasedSessionState}.
         *
         * @param ttl zero = for as long as the client's own session lasts
         * @param path below which there are sessions; empty = everywhere
         */
        record Cookie(String name, Duration ttl, String path) implements State {}

        /** {@code HeaderBasedSessionState}: its name in lower case. */
        record Header(String name) implements State {}
    }
}
