package dev.weft.xdsmodel;

import dev.weft.base.Cidr;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager}: HTTP on a downstream
 * connection. Fields are grouped; their names are Envoy's.
 *
 * @param httpFilters in order; the last one is the router
 * @param commonHttp {@code common_http_protocol_options}
 * @param upgradeConfigs {@code Upgrade} values allowed, lower case, to whether they are enabled
 * @param maxRequestHeadersKb null = the proxy's own limit
 * @param streamErrorOnInvalidHttpMessage keep the connection after an invalid message; default false
 */
public record HttpConnectionManager(
        String statPrefix,
        CodecType codecType,
        RouteSource routes,
        List<HttpFilterEntry> httpFilters,
        List<AccessLog> accessLogs,
        Timeouts timeouts,
        Forwarding forwarding,
        RequestIds requestIds,
        Paths paths,
        ServerHeader serverHeader,
        StripPort stripPort,
        Http1ProtocolOptions http1,
        Http2ProtocolOptions http2,
        HttpProtocolOptions commonHttp,
        Map<String, Boolean> upgradeConfigs,
        @Nullable Integer maxRequestHeadersKb,
        boolean proxy100Continue,
        boolean streamErrorOnInvalidHttpMessage)
        implements NetworkFilter {
    public HttpConnectionManager {
        httpFilters = List.copyOf(httpFilters);
        accessLogs = List.copyOf(accessLogs);
        upgradeConfigs = Map.copyOf(upgradeConfigs);
    }

    /** Envoy's defaults and a router. */
    public static HttpConnectionManager of(String statPrefix, RouteSource routes) {
        return new HttpConnectionManager(
                statPrefix,
                CodecType.AUTO,
                routes,
                List.of(HttpFilterEntry.ROUTER),
                List.of(),
                Timeouts.DEFAULT,
                Forwarding.DEFAULT,
                RequestIds.DEFAULT,
                Paths.DEFAULT,
                ServerHeader.DEFAULT,
                StripPort.NONE,
                Http1ProtocolOptions.DEFAULT,
                Http2ProtocolOptions.DEFAULT,
                HttpProtocolOptions.DEFAULT,
                Map.of(),
                null,
                false,
                false);
    }

    /** What is spoken downstream. */
    public enum CodecType {
        /** By ALPN, else by the first bytes. */
        AUTO,
        HTTP1,
        HTTP2
    }

    /**
     * @param requestTimeout whole request received; zero = none, Envoy's default
     * @param requestHeadersTimeout head received; zero = none; null = absent: Weft's own deadline (Envoy: none)
     * @param streamIdleTimeout no activity on a stream; zero = none; default 5 min
     * @param delayedCloseTimeout how long a closing connection waits for its peer's end; default 1 s
     * @param drainTimeout between the first and the last GOAWAY while draining; default 5 s
     */
    public record Timeouts(
            Duration requestTimeout,
            @Nullable Duration requestHeadersTimeout,
            Duration streamIdleTimeout,
            Duration delayedCloseTimeout,
            Duration drainTimeout) {
        public static final Timeouts DEFAULT =
                new Timeouts(Duration.ZERO, null, Duration.ofMinutes(5), Duration.ofSeconds(1), Duration.ofSeconds(5));
    }

    /**
     * Who the client is, and what is passed on of it.
     *
     * @param useRemoteAddress the peer's address is the client's: append it to x-forwarded-for; default false
     * @param xffNumTrustedHops trusted proxies in front; default 0
     * @param skipXffAppend default false
     * @param internalAddresses {@code internal_address_config}: clients of our own network; default none
     * @param appendXForwardedPort say in x-forwarded-port at which port we were called; default false
     * @param via appended to {@code via}; empty = not
     */
    public record Forwarding(
            boolean useRemoteAddress,
            int xffNumTrustedHops,
            boolean skipXffAppend,
            List<Cidr> internalAddresses,
            boolean appendXForwardedPort,
            String via,
            ForwardClientCertDetails forwardClientCertDetails,
            SetClientCertDetails setCurrentClientCertDetails) {
        public static final Forwarding DEFAULT = new Forwarding(
                false, 0, false, List.of(), false, "", ForwardClientCertDetails.SANITIZE, SetClientCertDetails.NONE);

        public Forwarding {
            internalAddresses = List.copyOf(internalAddresses);
        }
    }

    /** What to do with {@code x-forwarded-client-cert}. */
    public enum ForwardClientCertDetails {
        SANITIZE,
        FORWARD_ONLY,
        APPEND_FORWARD,
        SANITIZE_SET,
        ALWAYS_FORWARD_ONLY
    }

    /** Which parts of the client certificate go into {@code x-forwarded-client-cert} besides By and Hash. */
    public record SetClientCertDetails(boolean subject, boolean cert, boolean chain, boolean dns, boolean uri) {
        public static final SetClientCertDetails NONE = new SetClientCertDetails(false, false, false, false, false);
    }

    /**
     * {@code x-request-id}.
     *
     * @param generate make one where there is none; default true
     * @param preserveExternal keep one from an untrusted client; default false
     * @param alwaysSetInResponse default false
     * @param packTraceReason a UUID's version says whether the request is traced; default true
     */
    public record RequestIds(
            boolean generate, boolean preserveExternal, boolean alwaysSetInResponse, boolean packTraceReason) {
        public static final RequestIds DEFAULT = new RequestIds(true, false, false, true);
    }

    /**
     * @param normalizePath RFC 3986 dot segments and percent-encoding; Envoy's default false
     * @param mergeSlashes default false
     */
    public record Paths(
            boolean normalizePath, boolean mergeSlashes, EscapedSlashesAction pathWithEscapedSlashesAction) {
        public static final Paths DEFAULT = new Paths(false, false, EscapedSlashesAction.KEEP_UNCHANGED);
    }

    /** What to do with {@code %2F} and {@code %5C} in a path. */
    public enum EscapedSlashesAction {
        KEEP_UNCHANGED,
        REJECT_REQUEST,
        UNESCAPE_AND_REDIRECT,
        UNESCAPE_AND_FORWARD
    }

    /** The {@code server} response header: {@code server_name} (default {@code envoy}) and its transformation. */
    public record ServerHeader(String name, Transformation transformation) {
        public static final ServerHeader DEFAULT = new ServerHeader("envoy", Transformation.OVERWRITE);

        /** How {@code server} is treated. */
        public enum Transformation {
            OVERWRITE,
            APPEND_IF_ABSENT,
            PASS_THROUGH
        }
    }

    /** Whether the port of the authority is removed before routing. */
    public enum StripPort {
        NONE,
        MATCHING_HOST,
        ANY_HOST
    }
}
