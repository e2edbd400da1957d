package dev.weft.xdsmodel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.core.v3.Http1ProtocolOptions}.
 *
 * @param allowAbsoluteUrl default true
 * @param acceptHttp10 default false
 * @param defaultHostForHttp10 empty = an HTTP/1.0 request without a host is refused
 * @param enableTrailers pass trailers on; default false
 * @param headerCase how header names are written
 * @param allowChunkedLength accept Transfer-Encoding beside Content-Length, removing the latter; default false
 * @param overrideStreamErrorOnInvalidHttpMessage keep the connection after an invalid message; null = the connection
 *     manager's own setting
 * @param ignoreHttp11Upgrade values of {@code Upgrade} that are removed instead of refused
 */
public record Http1ProtocolOptions(
        boolean allowAbsoluteUrl,
        boolean acceptHttp10,
        String defaultHostForHttp10,
        boolean enableTrailers,
        HeaderCase headerCase,
        boolean allowChunkedLength,
        @Nullable Boolean overrideStreamErrorOnInvalidHttpMessage,
        List<StringMatcher> ignoreHttp11Upgrade) {
    public static final Http1ProtocolOptions DEFAULT =
            new Http1ProtocolOptions(true, false, "", false, HeaderCase.LOWER, false, null, List.of());

    public Http1ProtocolOptions {
        ignoreHttp11Upgrade = List.copyOf(ignoreHttp11Upgrade);
    }

    /** How header names are written. */
    public enum HeaderCase {
        /** Envoy's default. */
        LOWER,
        /** {@code proper_case_words}: Content-Type. */
        PROPER,
        /** {@code preserve_case} formatter: as received. */
        PRESERVE
    }
}
