package dev.weft.xdsmodel;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.core.v3.Http2ProtocolOptions}; null = the proxy's own limit.
 *
 * @param allowConnect RFC 8441; default false
 * @param keepAlive {@code connection_keepalive}: asks a silent peer whether it is still there
 */
public record Http2ProtocolOptions(
        @Nullable Integer maxConcurrentStreams,
        @Nullable Integer initialStreamWindowSize,
        @Nullable Integer initialConnectionWindowSize,
        boolean allowConnect,
        @Nullable KeepAlive keepAlive) {
    public static final Http2ProtocolOptions DEFAULT = new Http2ProtocolOptions(null, null, null, false, null);

    /**
     * @param interval without a byte from the peer until it is asked with a PING; positive
     * @param timeout for its answer; positive
     */
    public record KeepAlive(Duration interval, Duration timeout) {}
}
