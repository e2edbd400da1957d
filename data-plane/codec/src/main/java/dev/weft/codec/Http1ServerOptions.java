package dev.weft.codec;

import java.time.Duration;

/**
 * How a downstream connection treats its peer.
 *
 * @param acceptHttp10 whether HTTP/1.0 requests are served (Envoy's {@code accept_http_10}); else 426
 * @param headTimeout from the first byte of a head to its last; zero = none
 * @param idleTimeout without a stream; zero = none
 * @param flushTimeout how long a closing connection waits for a peer that takes none of what is left; zero = none
 * @param closeTimeout how long it then waits for the peer's own end (Envoy's {@code delayed_close_timeout}); zero = not at all
 * @param trailers whether trailers are passed on, both ways; else they are read and dropped
 * @param serverName value of the {@code server} field in the codec's own answers; empty = none
 */
public record Http1ServerOptions(
        Http1Limits limits,
        boolean acceptHttp10,
        Duration headTimeout,
        Duration idleTimeout,
        Duration flushTimeout,
        Duration closeTimeout,
        boolean trailers,
        String serverName) {
    /** 10 s for a head (safe by default; Envoy has none), an hour idle, 5 min without progress, a second to close (Envoy's). */
    public static final Http1ServerOptions DEFAULT = new Http1ServerOptions(
            Http1Limits.REQUEST,
            false,
            Duration.ofSeconds(10),
            Duration.ofHours(1),
            Duration.ofMinutes(5),
            Duration.ofSeconds(1),
            false,
            "");
}
