package dev.weft.xdsmodel;

import dev.weft.base.Address;
import dev.weft.base.Cidr;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.cluster.v3.Cluster} to {@link Cluster}. */
final class ClusterParser {
    private static final String HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    private ClusterParser() {}

    static Cluster parse(MessageView view) {
        String name = view.string("name");
        Cluster.DiscoveryType type = Cluster.DiscoveryType.STATIC;
        if ("cluster_type".equals(view.which("cluster_discovery_type"))) {
            CommonParser.unsupported(view, "cluster_type");
        } else {
            type = view.choice("type", Cluster.DiscoveryType.values());
        }
        MessageView assignment = view.message("load_assignment");
        if (type == Cluster.DiscoveryType.EDS && assignment != null) {
            view.error("load_assignment", "invalid-value", "an EDS cluster gets its endpoints over EDS", "");
        }
        if (type == Cluster.DiscoveryType.ORIGINAL_DST && assignment != null) {
            view.error("load_assignment", "invalid-value", "an ORIGINAL_DST cluster has no endpoints", "");
        }
        if (type == Cluster.DiscoveryType.LOGICAL_DNS && !isOneEndpoint(assignment)) {
            // As Envoy says it.
            view.error(
                    "load_assignment",
                    "invalid-value",
                    "LOGICAL_DNS clusters must have a single locality_lb_endpoint and a single lb_endpoint",
                    "use STRICT_DNS for several names");
        }
        MessageView eds = view.message("eds_cluster_config");
        if (eds != null) {
            CommonParser.requireAds(eds, "eds_config");
        } else if (type == Cluster.DiscoveryType.EDS) {
            view.error(
                    "eds_cluster_config",
                    "required",
                    "an EDS cluster needs it",
                    "for example {\"eds_config\": {\"ads\": {}}}");
        }
        for (MessageView filter : view.messages("filters")) {
            filter.string("name");
            MessageView config = filter.message("typed_config");
            if (config == null) {
                filter.error("typed_config", "required", "must say what is wanted", "give its @type");
            } else {
                FieldTable.unsupportedExtension(config, config.anyType());
            }
        }
        view.bool("wait_for_warm_on_init", true);
        view.durationOrNull("cleanup_interval"); // of ORIGINAL_DST hosts, which Weft keeps no longer than it uses them
        UpstreamHttp http = upstreamHttp(view);
        return new Cluster(
                name,
                view.string("alt_stat_name"),
                type,
                eds == null ? "" : eds.string("service_name"),
                view.duration("connect_timeout", Duration.ofSeconds(5)),
                BalancingParser.parse(view, type),
                assignment == null ? null : EndpointParser.parse(assignment, type == Cluster.DiscoveryType.STATIC),
                TlsParser.upstream(view),
                transportSocketMatches(view),
                circuitBreakers(view.message("circuit_breakers")),
                http,
                dns(view),
                originalDst(view.message("original_dst_lb_config")),
                view.integerOrNull("per_connection_buffer_limit_bytes"),
                CommonParser.metadata(view, "metadata"),
                bindAddresses(view.message("upstream_bind_config")),
                healthChecking(view, view.message("common_lb_config"), type, http));
    }

    private static Cluster.HealthChecking healthChecking(
            MessageView view, @Nullable MessageView common, Cluster.DiscoveryType type, UpstreamHttp http) {
        HealthCheck check = HealthCheckParser.parse(view, http);
        if (check != null && type == Cluster.DiscoveryType.ORIGINAL_DST) {
            view.error("health_checks", "invalid-value", "an ORIGINAL_DST cluster has no endpoints to check", "");
        }
        return new Cluster.HealthChecking(
                check,
                common != null && common.bool("ignore_new_hosts_until_first_hc"),
                view.bool("ignore_health_on_host_removal"));
    }

    private static boolean isOneEndpoint(@Nullable MessageView assignment) {
        if (assignment == null) {
            return false;
        }
        List<MessageView> localities = assignment.messages("endpoints");
        return localities.size() == 1
                && localities.getFirst().messages("lb_endpoints").size() == 1;
    }

    private static List<Cluster.TransportSocketMatch> transportSocketMatches(MessageView view) {
        List<Cluster.TransportSocketMatch> matches = new ArrayList<>();
        for (MessageView match : view.messages("transport_socket_matches")) {
            matches.add(new Cluster.TransportSocketMatch(
                    match.string("name"), match.struct("match"), TlsParser.upstream(match)));
        }
        return matches;
    }

    private static CircuitBreakers circuitBreakers(@Nullable MessageView view) {
        if (view == null) {
            return CircuitBreakers.DEFAULT;
        }
        CircuitBreakers.Thresholds normal = CircuitBreakers.Thresholds.DEFAULT;
        CircuitBreakers.Thresholds high = CircuitBreakers.Thresholds.DEFAULT;
        boolean normalSeen = false;
        boolean highSeen = false;
        for (MessageView thresholds : view.messages("thresholds")) {
            CircuitBreakers.Thresholds absent = CircuitBreakers.Thresholds.DEFAULT;
            CircuitBreakers.Thresholds parsed = new CircuitBreakers.Thresholds(
                    thresholds.number("max_connections", absent.maxConnections()),
                    thresholds.number("max_pending_requests", absent.maxPendingRequests()),
                    thresholds.number("max_requests", absent.maxRequests()),
                    thresholds.number("max_retries", absent.maxRetries()));
            thresholds.bool("track_remaining"); // only statistics
            // The first of a priority counts, as in Envoy.
            if (thresholds.enumName("priority").equals("HIGH")) {
                high = highSeen ? high : parsed;
                highSeen = true;
            } else {
                normal = normalSeen ? normal : parsed;
                normalSeen = true;
            }
        }
        return new CircuitBreakers(normal, high);
    }

    private static UpstreamHttp upstreamHttp(MessageView view) {
        UpstreamHttp http = olderHttp(view);
        for (Map.Entry<String, MessageView> option :
                view.messageMap("typed_extension_protocol_options").entrySet()) {
            MessageView config = CommonParser.payload(option.getValue());
            if (config == null) {
                continue;
            }
            if (config.isMessageOf(HTTP_OPTIONS)) {
                http = httpOptions(config);
            } else {
                FieldTable.unsupportedExtension(option.getValue(), config.type().fullName());
            }
        }
        return http;
    }

    /** How it was said before {@code typed_extension_protocol_options}, which stand above it. */
    private static UpstreamHttp olderHttp(MessageView view) {
        MessageView http2 = view.message("http2_protocol_options");
        HttpProtocolOptions common = HttpParser.common(view.message("common_http_protocol_options"));
        Integer requests = view.integerOrNull("max_requests_per_connection");
        if (requests != null) {
            common = new HttpProtocolOptions(
                    common.idleTimeout(),
                    common.maxConnectionDuration(),
                    common.maxHeadersCount(),
                    common.maxStreamDuration(),
                    common.headersWithUnderscoresAction(),
                    requests);
        }
        return new UpstreamHttp(
                http2 == null ? UpstreamHttp.Protocol.HTTP1 : UpstreamHttp.Protocol.HTTP2,
                HttpParser.http1(view.message("http_protocol_options")),
                HttpParser.http2(http2),
                common);
    }

    private static UpstreamHttp httpOptions(MessageView view) {
        HttpProtocolOptions common = HttpParser.common(view.message("common_http_protocol_options"));
        String kind = view.which("upstream_protocol_options");
        if (kind == null) {
            return new UpstreamHttp(
                    UpstreamHttp.Protocol.HTTP1, Http1ProtocolOptions.DEFAULT, Http2ProtocolOptions.DEFAULT, common);
        }
        MessageView options = view.messageOrEmpty(kind);
        UpstreamHttp.Protocol protocol = switch (kind) {
            case "auto_config" -> UpstreamHttp.Protocol.AUTO;
            case "use_downstream_protocol_config" -> UpstreamHttp.Protocol.USE_DOWNSTREAM;
            default -> {
                String explicit = options.which("protocol_config");
                if ("http3_protocol_options".equals(explicit)) {
                    CommonParser.unsupported(options, "http3_protocol_options");
                }
                yield "http2_protocol_options".equals(explicit)
                        ? UpstreamHttp.Protocol.HTTP2
                        : UpstreamHttp.Protocol.HTTP1;
            }
        };
        return new UpstreamHttp(
                protocol,
                HttpParser.http1(options.message("http_protocol_options")),
                HttpParser.http2(options.message("http2_protocol_options")),
                common);
    }

    private static Cluster.Dns dns(MessageView view) {
        return new Cluster.Dns(
                view.duration("dns_refresh_rate", Cluster.Dns.DEFAULT.refreshRate()),
                view.bool("respect_dns_ttl"),
                view.choice("dns_lookup_family", Cluster.Dns.LookupFamily.values()));
    }

    private static Cluster.OriginalDst originalDst(@Nullable MessageView view) {
        if (view == null) {
            return Cluster.OriginalDst.DEFAULT;
        }
        boolean useHeader = view.bool("use_http_header");
        String header = view.string("http_header_name").toLowerCase(Locale.ROOT);
        Integer port = view.integerOrNull("upstream_port_override");
        return new Cluster.OriginalDst(
                !useHeader ? "" : header.isEmpty() ? "x-envoy-original-dst-host" : header, port == null ? 0 : port);
    }

    /** Envoy's default selector: {@code source_address}, else the extra one of the destination's address family. */
    private static List<Address> bindAddresses(@Nullable MessageView view) {
        List<Address> addresses = new ArrayList<>();
        MessageView source = view == null ? null : view.message("source_address");
        if (source != null) {
            addresses.add(bindAddress(source));
        }
        if (view != null) {
            for (MessageView extra : view.messages("extra_source_addresses")) {
                MessageView address = extra.message("address");
                if (address != null) {
                    addresses.add(bindAddress(address));
                }
            }
        }
        return addresses;
    }

    private static Address bindAddress(MessageView source) {
        Address address = CommonParser.socketAddress(source);
        if (Cidr.literal(address.host()) == null) {
            source.error("address", "invalid-value", "not an IP address: '" + address.host() + "'", "");
        }
        return address;
    }
}
