package dev.weft.xdsmodel;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What happens to a request that a route matched. */
public sealed interface RouteAction {
    /** Headers of messages a prefix or regex is replaced in. */
    sealed interface PathRewrite {
        /** {@code prefix_rewrite}: replaces the matched prefix (or the whole exact path). */
        record Prefix(String replacement) implements PathRewrite {}

        /** {@code regex_rewrite}: RE2, {@code \1} in the substitution. */
        record Regex(String regex, String substitution) implements PathRewrite {}

        /** Replaces the whole path ({@code path_redirect}). */
        record Full(String path) implements PathRewrite {}
    }

    /** What the authority sent upstream becomes. */
    sealed interface HostRewrite {
        record Literal(String host) implements HostRewrite {}

        /** {@code auto_host_rewrite}: the endpoint's hostname. */
        record Auto() implements HostRewrite {}

        record FromHeader(String header) implements HostRewrite {}
    }

    /**
     * {@code max_stream_duration}: from a stream's beginning to its end.
     *
     * @param max null or zero = none
     * @param grpcHeaderMax most that {@code grpc-timeout} may ask for, zero = anything; null = that field is not looked at
     */
    record MaxStreamDuration(
            @Nullable Duration max, @Nullable Duration grpcHeaderMax) {
        /** No limit. */
        public static final MaxStreamDuration NONE = new MaxStreamDuration(null, null);
    }

    /**
     * {@code request_mirror_policies}: a cluster that gets a copy of requests, whose answers nobody reads.
     *
     * @param cluster empty = named by the header
     * @param clusterHeader in lower case; empty = not by a header
     * @param share null = all requests
     * @param keepsHost the host is sent as it is; default false: with {@code -shadow} behind its name
     */
    record Mirror(String cluster, String clusterHeader, RouteMatch.@Nullable Fraction share, boolean keepsHost) {
        /** All requests. */
        public static Mirror to(String cluster) {
            return new Mirror(cluster, "", null, false);
        }
    }

    /** Which circuit breaker thresholds count. */
    enum Priority {
        DEFAULT,
        HIGH
    }

    /**
     * {@code route}: to a cluster.
     *
     * @param clusterNotFoundResponseCode default 503
     * @param timeout until the response is complete; zero = none; Envoy's default 15 s
     * @param idleTimeout no activity on the stream; zero = none; null = the connection manager's
     * @param pathRewrite null = as it is
     * @param hostRewrite null = as it is
     * @param appendXForwardedHost default false
     * @param retryPolicy null = the virtual host's
     * @param upgradeConfigs {@code Upgrade} values, or {@code connect}, in lower case, to whether they are enabled; what is
     *     not among them the connection manager decides
     * @param terminatesConnect {@code connect_config}: a CONNECT ends here, and its bytes go to the endpoint as raw TCP
     * @param maxStreamDuration how long a stream may take in all
     * @param metadataMatch subset keys under {@code envoy.lb}
     * @param hashPolicies what is hashed for clusters that choose by it, in this order
     * @param mirrors its own, else the virtual host's, else the route configuration's
     */
    record Forward(
            ClusterSpecifier cluster,
            int clusterNotFoundResponseCode,
            Duration timeout,
            @Nullable Duration idleTimeout,
            @Nullable PathRewrite pathRewrite,
            @Nullable HostRewrite hostRewrite,
            boolean appendXForwardedHost,
            @Nullable RetryPolicy retryPolicy,
            Priority priority,
            Map<String, Boolean> upgradeConfigs,
            boolean terminatesConnect,
            MaxStreamDuration maxStreamDuration,
            Metadata metadataMatch,
            List<HashPolicy> hashPolicies,
            List<Mirror> mirrors)
            implements RouteAction {
        /** Envoy's default of {@code timeout}. */
        public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(15);

        public Forward {
            upgradeConfigs = Map.copyOf(upgradeConfigs);
            hashPolicies = List.copyOf(hashPolicies);
            mirrors = List.copyOf(mirrors);
        }

        /** Envoy's defaults. */
        public static Forward to(String cluster) {
            return to(new ClusterSpecifier.Single(cluster));
        }

        /** Envoy's defaults. */
        public static Forward to(ClusterSpecifier cluster) {
            return new Forward(
                    cluster,
                    503,
                    DEFAULT_TIMEOUT,
                    null,
                    null,
                    null,
                    false,
                    null,
                    Priority.DEFAULT,
                    Map.of(),
                    false,
                    MaxStreamDuration.NONE,
                    Metadata.NONE,
                    List.of(),
                    List.of());
        }

        public Forward withTimeout(Duration newTimeout) {
            return new Forward(
                    cluster,
                    clusterNotFoundResponseCode,
                    newTimeout,
                    idleTimeout,
                    pathRewrite,
                    hostRewrite,
                    appendXForwardedHost,
                    retryPolicy,
                    priority,
                    upgradeConfigs,
                    terminatesConnect,
                    maxStreamDuration,
                    metadataMatch,
                    hashPolicies,
                    mirrors);
        }

        public Forward withMirrors(Mirror... copies) {
            return new Forward(
                    cluster,
                    clusterNotFoundResponseCode,
                    timeout,
                    idleTimeout,
                    pathRewrite,
                    hostRewrite,
                    appendXForwardedHost,
                    retryPolicy,
                    priority,
                    upgradeConfigs,
                    terminatesConnect,
                    maxStreamDuration,
                    metadataMatch,
                    hashPolicies,
                    List.of(copies));
        }

        /** Names of all clusters it may choose; empty when a header names it. */
        public List<String> clusterNames() {
            return cluster.names();
        }
    }

    /**
     * {@code redirect}.
     *
     * @param scheme empty = as it is
     * @param host empty = as it is
     * @param port 0 = as it is
     * @param pathRewrite null = as it is
     * @param responseCode 301, 302, 303, 307 or 308; default 301
     */
    record Redirect(
            String scheme,
            String host,
            int port,
            @Nullable PathRewrite pathRewrite,
            int responseCode,
            boolean stripQuery)
            implements RouteAction {}

    /** {@code direct_response}: answered here. */
    record DirectResponse(int status, DataSource body) implements RouteAction {}
}
