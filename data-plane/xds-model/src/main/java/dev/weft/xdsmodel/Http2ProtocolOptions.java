package dev.weft.xdsmodel;

import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.core.v3.Http2ProtocolOptions}; null = the proxy's own limit.
 *
 * @param allowConnect RFC 8441; default false
 */
public record Http2ProtocolOptions(
        @Nullable Integer maxConcurrentStreams,
        @Nullable Integer initialStreamWindowSize,
        @Nullable Integer initialConnectionWindowSize,
        boolean allowConnect) {
    public static final Http2ProtocolOptions DEFAULT = new Http2ProtocolOptions(null, null, null, false);
}
