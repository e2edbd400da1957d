package dev.weft.xdsmodel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.listener.v3.Listener} to {@link Listener}. */
final class ListenerParser {
    private ListenerParser() {}

    static Listener parse(MessageView view) {
        List<FilterChain> chains = new ArrayList<>();
        Set<Object> seen = new HashSet<>();
        for (MessageView chain : view.messages("filter_chains")) {
            FilterChain parsed = filterChain(chain);
            if (!seen.add(parsed.match())) {
                chain.error("filter_chain_match", "duplicate", "another filter chain has the same match", "");
            }
            chains.add(parsed);
        }
        MessageView defaultChain = view.message("default_filter_chain");
        if (chains.isEmpty() && defaultChain == null) {
            view.error("filter_chains", "required", "a listener needs at least one filter chain", "");
        }
        if (view.message("address") == null) {
            view.error("address", "required", "must be set", "");
        }
        MessageView deprecated = view.message("deprecated_v1");
        boolean bind = view.bool("bind_to_port", deprecated == null || deprecated.bool("bind_to_port", true));
        view.bool("enable_reuse_port", true); // every loop has its own socket, whatever it says
        return new Listener(
                view.string("name"),
                CommonParser.address(view.messageOrEmpty("address")),
                chains,
                defaultChain == null ? null : filterChain(defaultChain),
                listenerFilters(view),
                view.duration("listener_filters_timeout", Listener.DEFAULT_LISTENER_FILTERS_TIMEOUT),
                view.bool("continue_on_listener_filters_timeout"),
                view.bool("use_original_dst", false),
                bind,
                view.choice("traffic_direction", TrafficDirection.values()),
                view.integerOrNull("per_connection_buffer_limit_bytes"),
                view.integerOrNull("tcp_backlog_size"),
                view.string("stat_prefix"),
                AccessLogParser.parse(view, "access_log"),
                CommonParser.metadata(view, "metadata"));
    }

    private static List<ListenerFilter> listenerFilters(MessageView view) {
        List<ListenerFilter> filters = new ArrayList<>();
        for (MessageView filter : view.messages("listener_filters")) {
            filter.string("name");
            filter.which("config_type");
            if (filter.message("config_discovery") != null) {
                CommonParser.unsupported(filter, "config_discovery");
                continue;
            }
            MessageView config = CommonParser.typed(filter, "typed_config");
            if (config != null) {
                ListenerFilter parsed = listenerFilter(filter, config);
                if (parsed != null) {
                    filters.add(parsed);
                }
            }
        }
        return filters;
    }

    private static @Nullable ListenerFilter listenerFilter(MessageView filter, MessageView config) {
        return switch (config.type().fullName()) {
            case "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector" -> ListenerFilter.TLS_INSPECTOR;
            case "envoy.extensions.filters.listener.http_inspector.v3.HttpInspector" -> ListenerFilter.HTTP_INSPECTOR;
            case "envoy.extensions.filters.listener.original_dst.v3.OriginalDst" -> ListenerFilter.ORIGINAL_DST;
            default -> {
                FieldTable.unsupportedExtension(
                        filter.messageOrEmpty("typed_config"), config.type().fullName());
                yield null;
            }
        };
    }

    private static FilterChain filterChain(MessageView view) {
        MessageView match = view.message("filter_chain_match");
        List<NetworkFilter> filters = new ArrayList<>();
        List<MessageView> configured = view.messages("filters");
        for (MessageView filter : configured) {
            filter.string("name");
            filter.which("config_type");
            if (filter.message("config_discovery") != null) {
                CommonParser.unsupported(filter, "config_discovery");
                continue;
            }
            MessageView config = CommonParser.typed(filter, "typed_config");
            NetworkFilter parsed = config == null ? null : networkFilter(filter, config);
            if (parsed != null) {
                if (!filters.isEmpty()) {
                    filter.error("", "invalid-value", "comes after a filter that ends the connection", "");
                }
                filters.add(parsed);
            }
        }
        return new FilterChain(
                view.string("name"),
                match == null ? FilterChainMatch.ANY : match(match),
                filters,
                TlsParser.downstream(view),
                view.duration("transport_socket_connect_timeout", Duration.ZERO),
                CommonParser.metadata(view, "metadata"));
    }

    private static @Nullable NetworkFilter networkFilter(MessageView filter, MessageView config) {
        return switch (config.type().fullName()) {
            case "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager" ->
                HttpParser.parse(config);
            case "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy" -> tcpProxy(config);
            default -> {
                FieldTable.unsupportedExtension(
                        filter.messageOrEmpty("typed_config"), config.type().fullName());
                yield null;
            }
        };
    }

    private static FilterChainMatch match(MessageView view) {
        for (String name : view.strings("server_names")) {
            if (name.indexOf('*') > 0 || (name.startsWith("*") && !name.startsWith("*."))) {
                view.error("server_names", "invalid-value", "not a server name: '" + name + "'", "");
            }
        }
        List<Integer> sourcePorts = new ArrayList<>();
        view.numbers("source_ports").forEach(port -> sourcePorts.add((int) Math.min(port, 65536)));
        return new FilterChainMatch(
                (int) Math.min(view.number("destination_port", 0), 65536),
                CommonParser.cidrs(view, "prefix_ranges"),
                lower(view.strings("server_names")),
                view.string("transport_protocol"),
                view.strings("application_protocols"),
                CommonParser.cidrs(view, "direct_source_prefix_ranges"),
                view.choice("source_type", FilterChainMatch.SourceType.values()),
                CommonParser.cidrs(view, "source_prefix_ranges"),
                sourcePorts);
    }

    private static List<String> lower(List<String> names) {
        return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    }

    private static TcpProxy tcpProxy(MessageView view) {
        String kind = view.which("cluster_specifier");
        ClusterSpecifier cluster;
        if (kind != null && kind.equals("weighted_clusters")) {
            List<ClusterSpecifier.ClusterWeight> weights = new ArrayList<>();
            for (MessageView weight : view.messageOrEmpty(kind).messages("clusters")) {
                weights.add(new ClusterSpecifier.ClusterWeight(
                        weight.string("name"),
                        weight.number("weight"),
                        HeaderMutations.NONE,
                        "",
                        CommonParser.metadata(weight, "metadata_match"),
                        Map.of()));
            }
            cluster = new ClusterSpecifier.Weighted(weights);
        } else {
            cluster = new ClusterSpecifier.Single(view.string("cluster"));
        }
        Integer attempts = view.integerOrNull("max_connect_attempts");
        return new TcpProxy(
                view.string("stat_prefix"),
                cluster,
                view.duration("idle_timeout", Duration.ofHours(1)),
                attempts == null ? 1 : attempts,
                view.durationOrNull("max_downstream_connection_duration"),
                AccessLogParser.parse(view, "access_log"),
                CommonParser.metadata(view, "metadata_match"),
                hashesSourceIp(view));
    }

    private static boolean hashesSourceIp(MessageView view) {
        boolean sourceIp = false;
        for (MessageView policy : view.messages("hash_policy")) {
            String kind = policy.which("policy_specifier");
            if (kind != null && !kind.equals("source_ip")) {
                CommonParser.unsupported(policy, kind);
            }
            sourceIp |= kind != null;
        }
        return sourceIp;
    }
}
