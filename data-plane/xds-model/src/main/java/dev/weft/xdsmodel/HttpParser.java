package dev.weft.xdsmodel;

import dev.weft.base.Cidr;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code HttpConnectionManager} and the protocol options it shares with clusters. */
final class HttpParser {
    private static final String FORMATTER =
            "envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig";

    /** What Envoy's Network::Utility::isInternalAddress takes for internal: RFC 1918, half of RFC 4193, loopback. */
    private static final List<Cidr> PRIVATE_ADDRESSES = Stream.of(
                    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.1", "fd00::/8", "::1")
            .map(Cidr::parse)
            .toList();

    private HttpParser() {}

    static HttpConnectionManager parse(MessageView view) {
        HttpConnectionManager.CodecType codec = view.choice("codec_type", HttpConnectionManager.CodecType.values());
        return new HttpConnectionManager(
                view.string("stat_prefix"),
                codec,
                routes(view),
                HttpFilterParser.filters(view),
                AccessLogParser.parse(view, "access_log"),
                timeouts(view),
                forwarding(view),
                requestIds(view),
                paths(view),
                serverHeader(view),
                stripPort(view),
                http1(view.message("http_protocol_options")),
                http2(view.message("http2_protocol_options")),
                common(view.message("common_http_protocol_options")),
                upgrades(view),
                view.integerOrNull("max_request_headers_kb"),
                view.bool("proxy_100_continue"),
                view.bool("stream_error_on_invalid_http_message", false));
    }

    private static RouteSource routes(MessageView view) {
        String kind = view.which("route_specifier");
        if (kind == null) {
            return new RouteSource.Rds("");
        }
        return switch (kind) {
            case "route_config" -> new RouteSource.Inline(RouteParser.parse(view.messageOrEmpty(kind)));
            case "rds" -> {
                MessageView rds = view.messageOrEmpty(kind);
                CommonParser.requireAds(rds, "config_source");
                String name = rds.string("route_config_name");
                if (name.isEmpty()) {
                    rds.error("route_config_name", "required", "must be set", "");
                }
                yield new RouteSource.Rds(name);
            }
            default -> {
                CommonParser.unsupported(view, kind);
                yield new RouteSource.Rds("");
            }
        };
    }

    private static HttpConnectionManager.Timeouts timeouts(MessageView view) {
        HttpConnectionManager.Timeouts absent = HttpConnectionManager.Timeouts.DEFAULT;
        return new HttpConnectionManager.Timeouts(
                view.duration("request_timeout", absent.requestTimeout()),
                view.durationOrNull("request_headers_timeout"),
                view.duration("stream_idle_timeout", absent.streamIdleTimeout()),
                view.duration("delayed_close_timeout", absent.delayedCloseTimeout()),
                view.duration("drain_timeout", absent.drainTimeout()));
    }

    private static HttpConnectionManager.Forwarding forwarding(MessageView view) {
        MessageView set = view.message("set_current_client_cert_details");
        HttpConnectionManager.SetClientCertDetails details = set == null
                ? HttpConnectionManager.SetClientCertDetails.NONE
                : new HttpConnectionManager.SetClientCertDetails(
                        set.bool("subject", false),
                        set.bool("cert"),
                        set.bool("chain"),
                        set.bool("dns"),
                        set.bool("uri"));
        return new HttpConnectionManager.Forwarding(
                view.bool("use_remote_address", false),
                (int) Math.min(view.number("xff_num_trusted_hops"), Integer.MAX_VALUE),
                view.bool("skip_xff_append"),
                internalAddresses(view.message("internal_address_config")),
                view.bool("append_x_forwarded_port"),
                view.string("via"),
                view.choice("forward_client_cert_details", HttpConnectionManager.ForwardClientCertDetails.values()),
                details);
    }

    private static List<Cidr> internalAddresses(@Nullable MessageView view) {
        if (view == null) {
            return List.of();
        }
        view.bool("unix_sockets"); // nobody comes over one
        List<Cidr> ranges = CommonParser.cidrs(view, "cidr_ranges");
        return ranges.isEmpty() ? PRIVATE_ADDRESSES : ranges;
    }

    private static HttpConnectionManager.RequestIds requestIds(MessageView view) {
        MessageView extension = view.message("request_id_extension");
        MessageView uuid = extension == null ? null : CommonParser.typed(extension, "typed_config");
        boolean packTraceReason = true;
        if (extension != null && uuid != null) {
            if (uuid.isMessageOf("envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig")) {
                packTraceReason = uuid.bool("pack_trace_reason", true);
                uuid.bool("use_request_id_for_trace_sampling", true);
            } else {
                FieldTable.unsupportedExtension(
                        extension.messageOrEmpty("typed_config"), uuid.type().fullName());
            }
        }
        return new HttpConnectionManager.RequestIds(
                view.bool("generate_request_id", true),
                view.bool("preserve_external_request_id"),
                view.bool("always_set_request_id_in_response"),
                packTraceReason);
    }

    private static HttpConnectionManager.Paths paths(MessageView view) {
        // Envoy's default depends on a runtime key nobody sets: unchanged.
        HttpConnectionManager.EscapedSlashesAction action = view.enumName("path_with_escaped_slashes_action")
                        .equals("IMPLEMENTATION_SPECIFIC_DEFAULT")
                ? HttpConnectionManager.EscapedSlashesAction.KEEP_UNCHANGED
                : view.choice("path_with_escaped_slashes_action", HttpConnectionManager.EscapedSlashesAction.values());
        return new HttpConnectionManager.Paths(view.bool("normalize_path", false), view.bool("merge_slashes"), action);
    }

    private static HttpConnectionManager.ServerHeader serverHeader(MessageView view) {
        String name = view.string("server_name");
        return new HttpConnectionManager.ServerHeader(
                name.isEmpty() ? HttpConnectionManager.ServerHeader.DEFAULT.name() : name,
                view.choice(
                        "server_header_transformation", HttpConnectionManager.ServerHeader.Transformation.values()));
    }

    private static HttpConnectionManager.StripPort stripPort(MessageView view) {
        boolean matching = view.bool("strip_matching_host_port");
        boolean any = view.bool("strip_any_host_port");
        if (matching && any) {
            view.error("strip_any_host_port", "oneof", "not together with strip_matching_host_port", "");
        }
        return any
                ? HttpConnectionManager.StripPort.ANY_HOST
                : matching ? HttpConnectionManager.StripPort.MATCHING_HOST : HttpConnectionManager.StripPort.NONE;
    }

    /** {@code upgrade_configs} of a connection manager or a route: by type, in lower case, whether it is enabled. */
    static Map<String, Boolean> upgrades(MessageView view) {
        Map<String, Boolean> upgrades = new LinkedHashMap<>();
        for (MessageView upgrade : view.messages("upgrade_configs")) {
            String type = upgrade.string("upgrade_type");
            if (upgrades.put(type.toLowerCase(Locale.ROOT), upgrade.bool("enabled", true)) != null) {
                upgrade.error("upgrade_type", "duplicate", "another upgrade config is for " + type, "");
            }
        }
        return upgrades;
    }

    static Http1ProtocolOptions http1(@Nullable MessageView view) {
        if (view == null) {
            return Http1ProtocolOptions.DEFAULT;
        }
        if (!view.bool("allow_absolute_url", true)) {
            view.error("allow_absolute_url", "unsupported-value", "false is not supported", "remove it");
        }
        List<StringMatcher> ignored = new ArrayList<>();
        view.messages("ignore_http_11_upgrade").forEach(matcher -> ignored.add(CommonParser.stringMatcher(matcher)));
        return new Http1ProtocolOptions(
                view.bool("allow_absolute_url", true),
                view.bool("accept_http_10"),
                view.string("default_host_for_http_10"),
                view.bool("enable_trailers"),
                headerCase(view.message("header_key_format")),
                view.bool("allow_chunked_length"),
                view.has("override_stream_error_on_invalid_http_message")
                        ? (Boolean) view.bool("override_stream_error_on_invalid_http_message", false)
                        : null,
                ignored);
    }

    private static Http1ProtocolOptions.HeaderCase headerCase(@Nullable MessageView view) {
        String kind = view == null ? null : view.which("header_format");
        if (view == null || kind == null) {
            return Http1ProtocolOptions.HeaderCase.LOWER;
        }
        if (kind.equals("proper_case_words")) {
            return Http1ProtocolOptions.HeaderCase.PROPER;
        }
        MessageView extension = view.messageOrEmpty(kind);
        extension.string("name");
        MessageView config = CommonParser.typed(extension, "typed_config");
        if (config != null && !config.isMessageOf(FORMATTER)) {
            FieldTable.unsupportedExtension(
                    extension.messageOrEmpty("typed_config"), config.type().fullName());
        } else if (config != null) {
            // How Envoy writes reason phrases and names it adds itself: Weft keeps what it received either way.
            config.bool("forward_reason_phrase");
            config.enumName("formatter_type_on_envoy_headers");
        }
        return Http1ProtocolOptions.HeaderCase.PRESERVE;
    }

    static Http2ProtocolOptions http2(@Nullable MessageView view) {
        if (view == null) {
            return Http2ProtocolOptions.DEFAULT;
        }
        return new Http2ProtocolOptions(
                view.integerOrNull("max_concurrent_streams"),
                view.integerOrNull("initial_stream_window_size"),
                view.integerOrNull("initial_connection_window_size"),
                view.bool("allow_connect"),
                keepAlive(view.message("connection_keepalive")));
    }

    private static Http2ProtocolOptions.@Nullable KeepAlive keepAlive(@Nullable MessageView view) {
        if (view == null) {
            return null;
        }
        Duration timeout = view.duration("timeout", Duration.ZERO); // required by its rules
        Duration interval = view.durationOrNull("interval");
        view.message("interval_jitter"); // against PINGs of many at once; ours count from each peer's last byte
        return interval == null ? null : new Http2ProtocolOptions.KeepAlive(interval, timeout);
    }

    static HttpProtocolOptions common(@Nullable MessageView view) {
        HttpProtocolOptions absent = HttpProtocolOptions.DEFAULT;
        if (view == null) {
            return absent;
        }
        Duration idle = view.duration("idle_timeout", absent.idleTimeout());
        Integer requests = view.integerOrNull("max_requests_per_connection");
        return new HttpProtocolOptions(
                idle,
                view.durationOrNull("max_connection_duration"),
                view.integerOrNull("max_headers_count"),
                view.durationOrNull("max_stream_duration"),
                view.choice(
                        "headers_with_underscores_action", HttpProtocolOptions.HeadersWithUnderscoresAction.values()),
                requests == null ? 0 : requests);
    }
}
