package dev.weft.xdsmodel;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.route.v3.RouteConfiguration} to {@link RouteConfiguration}. */
final class RouteParser {
    private static final RouteAction NOTHING = new RouteAction.DirectResponse(500, DataSource.EMPTY);

    private RouteParser() {}

    static RouteConfiguration parse(MessageView view) {
        List<VirtualHost> hosts = new ArrayList<>();
        Set<String> names = new HashSet<>();
        List<RouteAction.Mirror> mirrors = mirrors(view, List.of());
        Set<String> domains = new HashSet<>();
        for (MessageView host : view.messages("virtual_hosts")) {
            VirtualHost parsed = virtualHost(host, mirrors);
            if (!names.add(parsed.name())) {
                host.error("name", "duplicate", "another virtual host is named " + parsed.name(), "");
            }
            for (String domain : parsed.domains()) {
                if (!domains.add(domain.toLowerCase(Locale.ROOT))) {
                    host.error("domains", "duplicate", "'" + domain + "' is a domain of another virtual host too", "");
                }
            }
            hosts.add(parsed);
        }
        checkBodies(view, hosts);
        view.bool("validate_clusters", false); // unknown clusters are answered, not refused: as Envoy does over RDS
        return new RouteConfiguration(
                view.string("name"),
                hosts,
                CommonParser.headers(view),
                view.bool("most_specific_header_mutations_wins"),
                view.bool("ignore_port_in_host_matching"),
                view.bool("ignore_path_parameters_in_path_matching"),
                CommonParser.metadata(view, "metadata"),
                HttpFilterParser.overrides(view));
    }

    /** Envoy refuses a direct response of more than 4096 bytes unless told otherwise. */
    private static void checkBodies(MessageView view, List<VirtualHost> hosts) {
        long most = view.number("max_direct_response_body_size_bytes", 4096);
        for (VirtualHost host : hosts) {
            for (Route route : host.routes()) {
                if (route.action() instanceof RouteAction.DirectResponse direct
                        && direct.body() instanceof DataSource.Inline inline
                        && inline.text().getBytes(StandardCharsets.UTF_8).length > most) {
                    view.error(
                            "virtual_hosts",
                            "out-of-range",
                            "a direct response of '" + host.name() + "' has more than " + most + " bytes",
                            "raise max_direct_response_body_size_bytes");
                }
            }
        }
    }

    private static VirtualHost virtualHost(MessageView view, List<RouteAction.Mirror> inherited) {
        List<Route> routes = new ArrayList<>();
        List<RouteAction.Mirror> mirrors = mirrors(view, inherited);
        view.messages("routes").forEach(route -> routes.add(route(route, mirrors)));
        List<String> domains = view.strings("domains");
        for (String domain : domains) {
            int star = domain.indexOf('*');
            boolean middle =
                    (star > 0 && star < domain.length() - 1) || (star >= 0 && domain.indexOf('*', star + 1) >= 0);
            if (domain.isEmpty() || middle) {
                view.error("domains", "invalid-value", "not a domain: '" + domain + "'", "'*' only as first or last");
            }
        }
        MessageView retry = view.message("retry_policy");
        return new VirtualHost(
                view.string("name"),
                domains,
                routes,
                view.choice("require_tls", VirtualHost.RequireTls.values()),
                CommonParser.headers(view),
                view.bool("include_request_attempt_count"),
                view.bool("include_attempt_count_in_response"),
                retry == null ? null : retryPolicy(retry),
                CommonParser.metadata(view, "metadata"),
                HttpFilterParser.overrides(view));
    }

    private static Route route(MessageView view, List<RouteAction.Mirror> mirrors) {
        MessageView decorator = view.message("decorator"); // names a trace's operation
        if (decorator != null) {
            decorator.string("operation");
            decorator.bool("propagate", true);
        }
        return new Route(
                view.string("name"),
                match(view.messageOrEmpty("match")),
                action(view, mirrors),
                CommonParser.headers(view),
                CommonParser.metadata(view, "metadata"),
                view.string("stat_prefix"),
                HttpFilterParser.overrides(view));
    }

    private static RouteAction action(MessageView view, List<RouteAction.Mirror> mirrors) {
        String kind = view.which("action");
        if (kind == null) {
            return NOTHING;
        }
        MessageView action = view.messageOrEmpty(kind);
        return switch (kind) {
            case "route" -> forward(action, mirrors);
            case "redirect" -> redirect(action);
            case "direct_response" -> {
                MessageView body = action.message("body");
                yield new RouteAction.DirectResponse(
                        (int) action.number("status"), body == null ? DataSource.EMPTY : CommonParser.dataSource(body));
            }
            default -> {
                CommonParser.unsupported(view, kind);
                yield NOTHING;
            }
        };
    }

    private static RouteMatch match(MessageView view) {
        List<HeaderMatcher> headers = new ArrayList<>();
        view.messages("headers").forEach(header -> headers.add(CommonParser.headerMatcher(header)));
        List<QueryParameterMatcher> parameters = new ArrayList<>();
        for (MessageView parameter : view.messages("query_parameters")) {
            String kind = parameter.which("query_parameter_match_specifier");
            StringMatcher matcher = null;
            if (kind != null && kind.equals("string_match")) {
                matcher = CommonParser.stringMatcher(parameter.messageOrEmpty(kind));
            } else if (kind != null && !parameter.bool(kind)) {
                CommonParser.unsupported(parameter, kind);
            }
            parameters.add(new QueryParameterMatcher(parameter.string("name"), matcher));
        }
        return new RouteMatch(
                path(view),
                view.bool("case_sensitive", true),
                headers,
                parameters,
                CommonParser.fraction(view.message("runtime_fraction")),
                view.message("grpc") != null);
    }

    private static RouteMatch.PathMatch path(MessageView view) {
        String kind = view.which("path_specifier");
        if (kind == null) {
            return new RouteMatch.PathMatch.Prefix("");
        }
        return switch (kind) {
            case "prefix" -> new RouteMatch.PathMatch.Prefix(view.string(kind));
            case "path" -> new RouteMatch.PathMatch.Exact(view.string(kind));
            case "safe_regex" -> new RouteMatch.PathMatch.Regex(CommonParser.regex(view.messageOrEmpty(kind)));
            case "path_separated_prefix" -> {
                String prefix = view.string(kind);
                if (prefix.length() < 2
                        || prefix.endsWith("/")
                        || prefix.indexOf('?') >= 0
                        || prefix.indexOf('#') >= 0) {
                    view.error(kind, "invalid-value", "must not end in a slash or hold ? or #", "");
                }
                yield new RouteMatch.PathMatch.PathSeparatedPrefix(prefix);
            }
            case "connect_matcher" -> new RouteMatch.PathMatch.Connect();
            default -> {
                CommonParser.unsupported(view, kind);
                yield new RouteMatch.PathMatch.Prefix("");
            }
        };
    }

    private static RouteAction forward(MessageView view, List<RouteAction.Mirror> mirrors) {
        MessageView retry = view.message("retry_policy");
        MessageView maxStream = view.message("max_stream_duration");
        int notFound = switch (view.enumName("cluster_not_found_response_code")) {
            case "NOT_FOUND" -> 404;
            case "INTERNAL_SERVER_ERROR" -> 500;
            default -> 503;
        };
        return new RouteAction.Forward(
                cluster(view),
                notFound,
                view.duration("timeout", RouteAction.Forward.DEFAULT_TIMEOUT),
                view.durationOrNull("idle_timeout"),
                pathRewrite(view),
                hostRewrite(view),
                view.bool("append_x_forwarded_host"),
                retry == null ? null : retryPolicy(retry),
                view.choice("priority", RouteAction.Priority.values()),
                HttpParser.upgrades(view),
                terminatesConnect(view),
                maxStream == null
                        ? RouteAction.MaxStreamDuration.NONE
                        : new RouteAction.MaxStreamDuration(
                                maxStream.durationOrNull("max_stream_duration"),
                                maxStream.durationOrNull("grpc_timeout_header_max")),
                CommonParser.metadata(view, "metadata_match"),
                hashPolicies(view),
                mirrors(view, mirrors));
    }

    private static List<HashPolicy> hashPolicies(MessageView view) {
        List<HashPolicy> policies = new ArrayList<>();
        for (MessageView policy : view.messages("hash_policy")) {
            boolean terminal = policy.bool("terminal");
            HashPolicy.Source source = hashSource(policy);
            if (source != null) {
                policies.add(new HashPolicy(source, terminal));
            }
        }
        return policies;
    }

    /** Null for a policy that never has a hash. */
    private static HashPolicy.@Nullable Source hashSource(MessageView policy) {
        String kind = policy.which("policy_specifier");
        if (kind == null) {
            policy.error("", "required", "must say what is hashed", "");
            return null;
        }
        MessageView of = policy.messageOrEmpty(kind);
        return switch (kind) {
            case "header" ->
                new HashPolicy.Source.Header(of.string("header_name").toLowerCase(Locale.ROOT));
            case "cookie" -> {
                List<HashPolicy.Attribute> attributes = new ArrayList<>();
                for (MessageView attribute : of.messages("attributes")) {
                    attributes.add(new HashPolicy.Attribute(attribute.string("name"), attribute.string("value")));
                }
                yield new HashPolicy.Source.Cookie(
                        of.string("name"), of.durationOrNull("ttl"), of.string("path"), attributes);
            }
            case "connection_properties" -> of.bool("source_ip") ? new HashPolicy.Source.SourceIp() : null;
            case "query_parameter" -> new HashPolicy.Source.QueryParameter(of.string("name"));
            default -> {
                CommonParser.unsupported(policy, kind);
                yield null;
            }
        };
    }

    /** What this level says, else what the one above does. */
    private static List<RouteAction.Mirror> mirrors(MessageView view, List<RouteAction.Mirror> inherited) {
        List<RouteAction.Mirror> mirrors = new ArrayList<>();
        for (MessageView policy : view.messages("request_mirror_policies")) {
            String cluster = policy.string("cluster");
            String header = policy.string("cluster_header").toLowerCase(Locale.ROOT);
            if (cluster.isEmpty() == header.isEmpty()) {
                policy.error("cluster", "oneof", "either cluster or cluster_header must be set", "");
            }
            policy.bool("trace_sampled", true); // there are no traces yet
            mirrors.add(new RouteAction.Mirror(
                    cluster,
                    header,
                    CommonParser.fraction(policy.message("runtime_fraction")),
                    policy.bool("disable_shadow_host_suffix_append")));
        }
        return mirrors.isEmpty() ? inherited : mirrors;
    }

    /** Whether the route says {@code connect_config}, which only the upgrade type CONNECT may have (as Envoy has it). */
    private static boolean terminatesConnect(MessageView view) {
        boolean terminates = false;
        for (MessageView upgrade : view.messages("upgrade_configs")) {
            if (upgrade.message("connect_config") == null) {
                continue;
            }
            if (!upgrade.string("upgrade_type").equalsIgnoreCase("connect")) {
                upgrade.error("connect_config", "invalid-value", "only the upgrade type CONNECT has one", "remove it");
            }
            terminates = true;
        }
        return terminates;
    }

    private static ClusterSpecifier cluster(MessageView view) {
        String kind = view.which("cluster_specifier");
        if (kind == null) {
            return new ClusterSpecifier.Single("");
        }
        return switch (kind) {
            case "cluster" -> new ClusterSpecifier.Single(view.string(kind));
            case "cluster_header" ->
                new ClusterSpecifier.FromHeader(view.string(kind).toLowerCase(Locale.ROOT));
            case "weighted_clusters" -> weighted(view.messageOrEmpty(kind));
            default -> {
                CommonParser.unsupported(view, kind);
                yield new ClusterSpecifier.Single("");
            }
        };
    }

    private static ClusterSpecifier weighted(MessageView view) {
        List<ClusterSpecifier.ClusterWeight> clusters = new ArrayList<>();
        long sum = 0;
        for (MessageView cluster : view.messages("clusters")) {
            String name = cluster.string("name");
            long weight = cluster.number("weight", 0);
            sum += weight;
            if (name.isEmpty()) {
                cluster.error("name", "required", "must be set", "");
            }
            cluster.which("host_rewrite_specifier");
            clusters.add(new ClusterSpecifier.ClusterWeight(
                    name,
                    weight,
                    CommonParser.headers(cluster),
                    cluster.string("host_rewrite_literal"),
                    CommonParser.metadata(cluster, "metadata_match"),
                    HttpFilterParser.overrides(cluster)));
        }
        long total = view.number("total_weight", sum);
        view.string("runtime_key_prefix");
        if (sum == 0 || sum > 0xffff_ffffL) {
            view.error("clusters", "out-of-range", "the sum of weights must be 1 to 4294967295, not " + sum, "");
        } else if (total != sum) {
            view.error("total_weight", "invalid-value", "must be the sum of weights, " + sum, "remove it");
        }
        return new ClusterSpecifier.Weighted(clusters);
    }

    private static RouteAction.@Nullable PathRewrite pathRewrite(MessageView view) {
        String prefix = view.string("prefix_rewrite");
        MessageView regex = view.message("regex_rewrite");
        if (regex != null) {
            if (!prefix.isEmpty()) {
                view.error("regex_rewrite", "oneof", "not together with prefix_rewrite", "keep one of them");
            }
            return regexRewrite(regex);
        }
        return prefix.isEmpty() ? null : new RouteAction.PathRewrite.Prefix(prefix);
    }

    private static RouteAction.PathRewrite regexRewrite(MessageView view) {
        return new RouteAction.PathRewrite.Regex(
                CommonParser.regex(view.messageOrEmpty("pattern")), view.string("substitution"));
    }

    private static RouteAction.@Nullable HostRewrite hostRewrite(MessageView view) {
        String kind = view.which("host_rewrite_specifier");
        if (kind == null) {
            return null;
        }
        return switch (kind) {
            case "host_rewrite_literal" -> new RouteAction.HostRewrite.Literal(view.string(kind));
            case "auto_host_rewrite" -> view.bool(kind, false) ? new RouteAction.HostRewrite.Auto() : null;
            case "host_rewrite_header" ->
                new RouteAction.HostRewrite.FromHeader(view.string(kind).toLowerCase(Locale.ROOT));
            default -> {
                CommonParser.unsupported(view, kind);
                yield null;
            }
        };
    }

    private static RetryPolicy retryPolicy(MessageView view) {
        Set<String> retryOn = new LinkedHashSet<>();
        for (String condition : view.string("retry_on").split(",")) {
            if (!condition.isBlank()) {
                retryOn.add(condition.strip());
            }
        }
        MessageView backOff = view.messageOrEmpty("retry_back_off");
        Duration base = backOff.duration("base_interval", Duration.ofMillis(25));
        Duration most = backOff.duration("max_interval", base.multipliedBy(10));
        if (most.compareTo(base) < 0) {
            backOff.error("max_interval", "out-of-range", "must not be less than base_interval", "");
        }
        List<Integer> codes = new ArrayList<>();
        view.numbers("retriable_status_codes").forEach(code -> codes.add((int) Math.min(code, Integer.MAX_VALUE)));
        Integer retries = view.integerOrNull("num_retries");
        return new RetryPolicy(
                retryOn,
                retries == null ? 1 : retries,
                view.durationOrNull("per_try_timeout"),
                view.durationOrNull("per_try_idle_timeout"),
                codes,
                base,
                most);
    }

    private static RouteAction redirect(MessageView view) {
        String scheme = view.string("scheme_redirect");
        if ("https_redirect".equals(view.which("scheme_rewrite_specifier")) && view.bool("https_redirect")) {
            scheme = "https";
        }
        String kind = view.which("path_rewrite_specifier");
        RouteAction.PathRewrite rewrite = kind == null
                ? null
                : switch (kind) {
                    case "path_redirect" -> new RouteAction.PathRewrite.Full(view.string(kind));
                    case "prefix_rewrite" -> new RouteAction.PathRewrite.Prefix(view.string(kind));
                    default -> regexRewrite(view.messageOrEmpty(kind));
                };
        int code = switch (view.enumName("response_code")) {
            case "FOUND" -> 302;
            case "SEE_OTHER" -> 303;
            case "TEMPORARY_REDIRECT" -> 307;
            case "PERMANENT_REDIRECT" -> 308;
            default -> 301;
        };
        long port = view.number("port_redirect");
        if (port > 65535) {
            view.error("port_redirect", "out-of-range", "must be at most 65535, not " + port, "");
        }
        return new RouteAction.Redirect(
                scheme, view.string("host_redirect"), (int) port, rewrite, code, view.bool("strip_query"));
    }
}
