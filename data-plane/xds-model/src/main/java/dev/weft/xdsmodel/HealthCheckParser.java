package dev.weft.xdsmodel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.core.v3.HealthCheck} to {@link HealthCheck}. */
final class HealthCheckParser {
    private static final List<HealthCheck.StatusRange> ONLY_200 = List.of(new HealthCheck.StatusRange(200, 201));

    private HealthCheckParser() {}

    /** The cluster's only check; null without one. */
    static @Nullable HealthCheck parse(MessageView cluster, UpstreamHttp http) {
        List<MessageView> checks = cluster.messages("health_checks");
        if (checks.size() > 1) {
            cluster.error("health_checks", "invalid-value", "a cluster has one health check at most", "as in Envoy");
        }
        HealthCheck first = null;
        for (MessageView check : checks) {
            HealthCheck parsed = check(check, http);
            first = first == null ? parsed : first;
        }
        return first;
    }

    private static HealthCheck check(MessageView view, UpstreamHttp http) {
        return new HealthCheck(
                kind(view, http),
                view.duration("timeout", Duration.ZERO),
                intervals(view),
                threshold(view, "unhealthy_threshold"),
                threshold(view, "healthy_threshold"),
                view.bool("reuse_connection", true),
                view.has("transport_socket_match_criteria") ? match(view) : null);
    }

    private static Map<String, @Nullable Object> match(MessageView view) {
        return view.struct("transport_socket_match_criteria");
    }

    private static int threshold(MessageView view, String field) {
        return (int) Math.min(view.number(field, 0), Integer.MAX_VALUE);
    }

    private static HealthCheck.Intervals intervals(MessageView view) {
        Duration interval = view.duration("interval", Duration.ZERO);
        Duration noTraffic = view.duration("no_traffic_interval", HealthCheck.Intervals.NO_TRAFFIC);
        Duration unhealthy = view.duration("unhealthy_interval", interval);
        return new HealthCheck.Intervals(
                interval,
                noTraffic,
                view.duration("no_traffic_healthy_interval", noTraffic),
                unhealthy,
                view.duration("unhealthy_edge_interval", unhealthy),
                view.duration("healthy_edge_interval", interval),
                view.duration("initial_jitter", Duration.ZERO),
                view.duration("interval_jitter", Duration.ZERO),
                (int) Math.min(view.number("interval_jitter_percent"), Integer.MAX_VALUE));
    }

    private static HealthCheck.Kind kind(MessageView view, UpstreamHttp http) {
        String kind = view.which("health_checker");
        if (kind == null) {
            return new HealthCheck.Tcp("", List.of()); // a rule of the schema says so already
        }
        return switch (kind) {
            case "http_health_check" -> http(view.messageOrEmpty(kind));
            case "grpc_health_check" -> {
                if (http.protocol() == UpstreamHttp.Protocol.HTTP1) {
                    view.error(kind, "invalid-value", "gRPC needs a cluster that speaks HTTP/2", "as in Envoy");
                }
                MessageView grpc = view.messageOrEmpty(kind);
                yield new HealthCheck.Grpc(
                        grpc.string("service_name"),
                        grpc.string("authority"),
                        CommonParser.headerOptions(grpc, "initial_metadata"));
            }
            case "tcp_health_check" -> tcp(view.messageOrEmpty(kind));
            default -> {
                CommonParser.unsupported(view, kind);
                yield new HealthCheck.Tcp("", List.of());
            }
        };
    }

    private static HealthCheck.Http http(MessageView view) {
        String codec = view.enumName("codec_client_type");
        if (!codec.equals("HTTP1") && !codec.equals("HTTP2")) {
            CommonParser.unsupported(view, "codec_client_type");
        }
        String method = view.enumName("method");
        List<HealthCheck.StatusRange> expected = statuses(view, "expected_statuses");
        return new HealthCheck.Http(
                view.string("host"),
                view.string("path"),
                method.equals("METHOD_UNSPECIFIED") ? "GET" : method,
                CommonParser.headerOptions(view, "request_headers_to_add"),
                CommonParser.removed(view, "request_headers_to_remove"),
                expected.isEmpty() ? ONLY_200 : expected,
                statuses(view, "retriable_statuses"),
                codec.equals("HTTP2"));
    }

    private static List<HealthCheck.StatusRange> statuses(MessageView view, String field) {
        List<HealthCheck.StatusRange> ranges = new ArrayList<>();
        for (MessageView range : view.messages(field)) {
            long start = range.number("start");
            long end = range.number("end");
            if (start < 100 || start >= end || end > 600) {
                range.error("", "invalid-value", "not a range of statuses: [" + start + ", " + end + ")", "[200, 300)");
            } else {
                ranges.add(new HealthCheck.StatusRange((int) start, (int) end));
            }
        }
        return ranges;
    }

    private static HealthCheck.Tcp tcp(MessageView view) {
        MessageView send = view.message("send");
        List<String> receive = new ArrayList<>();
        for (MessageView payload : view.messages("receive")) {
            receive.add(payload(payload));
        }
        return new HealthCheck.Tcp(send == null ? "" : payload(send), receive);
    }

    /** In hexadecimal, as {@code text} already is. */
    private static String payload(MessageView view) {
        String kind = view.which("payload");
        if (kind == null || !kind.equals("text")) {
            return HexFormat.of().formatHex(view.bytes("binary"));
        }
        String text = view.string(kind);
        try {
            return HexFormat.of().formatHex(HexFormat.of().parseHex(text));
        } catch (IllegalArgumentException e) {
            view.error(kind, "invalid-value", "not hexadecimal: '" + text + "'", "for example 000000ff");
            return "";
        }
    }
}
