package dev.weft.xdsmodel;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.core.v3.HttpProtocolOptions}, common to HTTP/1 and HTTP/2.
 *
 * @param idleTimeout connection without a stream; zero = none; default 1 h
 * @param maxConnectionDuration null = none
 * @param maxHeadersCount null = the proxy's own limit (Envoy: 100)
 * @param maxStreamDuration null = none
 * @param maxRequestsPerConnection 0 = no limit
 */
public record HttpProtocolOptions(
        Duration idleTimeout,
        @Nullable Duration maxConnectionDuration,
        @Nullable Integer maxHeadersCount,
        @Nullable Duration maxStreamDuration,
        HeadersWithUnderscoresAction headersWithUnderscoresAction,
        int maxRequestsPerConnection) {
    public static final HttpProtocolOptions DEFAULT =
            new HttpProtocolOptions(Duration.ofHours(1), null, null, null, HeadersWithUnderscoresAction.ALLOW, 0);

    /** What to do with a header whose name has an underscore. */
    public enum HeadersWithUnderscoresAction {
        ALLOW,
        REJECT_REQUEST,
        DROP_HEADER
    }
}
