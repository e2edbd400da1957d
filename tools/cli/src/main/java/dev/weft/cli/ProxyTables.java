package dev.weft.cli;

import dev.weft.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tables of what a proxy's admin pages say, in Envoy's forms (docs/admin.md). What a page says in a form unknown here is left
 * out of its row, never an error: the proxy may be of another version.
 */
final class ProxyTables {
    private ProxyTables() {}

    /** {@code /listeners}: lines {@code name::address}. */
    static Table listeners(String page) {
        Table table = new Table("LISTENER", "ADDRESS");
        page.lines().filter(line -> line.contains("::")).forEach(line -> {
            int end = line.indexOf("::");
            table.row().add(line.substring(0, end)).add(line.substring(end + 2));
        });
        return table;
    }

    /** {@code /clusters}: lines {@code cluster::address::name::value}. */
    static Table clusters(String page) {
        Map<String, Map<String, Map<String, String>>> clusters = new LinkedHashMap<>();
        for (String line : page.lines().toList()) {
            int value = line.lastIndexOf("::");
            int name = value < 0 ? -1 : line.lastIndexOf("::", value - 1);
            int host = line.indexOf("::");
            if (name < 0) {
                continue;
            }
            Map<String, Map<String, String>> hosts =
                    clusters.computeIfAbsent(line.substring(0, host), key -> new LinkedHashMap<>());
            if (host < name && line.substring(host + 2, name).contains(":")) {
                hosts.computeIfAbsent(line.substring(host + 2, name), key -> new LinkedHashMap<>())
                        .put(line.substring(name + 2, value), line.substring(value + 2));
            }
        }
        Table table = new Table("CLUSTER", "HEALTHY", "MTLS", "REQUESTS", "IDENTITY");
        clusters.forEach((cluster, hosts) -> {
            long healthy = count(hosts, "health_flags", "healthy");
            long tls = count(hosts, "tls", "true");
            long active = hosts.values().stream()
                    .mapToLong(host -> Long.parseLong(host.getOrDefault("rq_active", "0")))
                    .sum();
            String identities = hosts.values().stream()
                    .map(host -> host.getOrDefault("identity", ""))
                    .filter(identity -> !identity.isEmpty())
                    .collect(Collectors.toCollection(TreeSet::new))
                    .stream()
                    .collect(Collectors.joining(","));
            table.row()
                    .add(cluster)
                    .add(healthy + "/" + hosts.size(), healthy < hosts.size() ? Style.WARN : Style.PLAIN)
                    .add(
                            hosts.isEmpty()
                                    ? ""
                                    : tls == hosts.size() ? "yes" : tls == 0 ? "no" : tls + "/" + hosts.size())
                    .add(String.valueOf(active))
                    .add(identities);
        });
        return table;
    }

    private static long count(Map<String, Map<String, String>> hosts, String name, String value) {
        return hosts.values().stream()
                .filter(host -> value.equals(host.get(name)))
                .count();
    }

    /** {@code /routes}: route configurations as in {@code /config_dump}. */
    static Table routes(String page) {
        Table table = new Table("ROUTES", "HOST", "MATCH", "TO");
        for (Object config : list(Json.parse(page), "configs")) {
            Object routes = member(config, "route_config");
            for (Object host : list(routes, "virtual_hosts")) {
                for (Object route : list(host, "routes")) {
                    table.row()
                            .add(text(routes, "name"))
                            .add(domains(list(host, "domains")))
                            .add(match(member(route, "match")))
                            .add(target(route));
                }
            }
        }
        return table;
    }

    /** The longest name is the whole one; the others are its short forms, forms with port, and addresses. */
    private static String domains(List<?> domains) {
        String longest = domains.stream()
                .map(String::valueOf)
                .filter(domain -> !domain.matches(".*:[0-9]+|[0-9.]+"))
                .reduce("", (a, b) -> b.length() > a.length() ? b : a);
        return longest.isEmpty() && !domains.isEmpty() ? String.valueOf(domains.getFirst()) : longest;
    }

    private static String match(@Nullable Object match) {
        List<String> parts = new ArrayList<>();
        for (String kind : List.of("path", "prefix", "path_separated_prefix")) {
            String value = text(match, kind);
            if (!value.isEmpty()) {
                parts.add(kind.equals("path") ? "= " + value : value + (value.endsWith("/") ? "*" : "/*"));
            }
        }
        String regex = text(member(match, "safe_regex"), "regex");
        if (!regex.isEmpty()) {
            parts.add("~ " + regex);
        }
        for (String kind : List.of("headers", "query_parameters")) {
            for (Object one : list(match, kind)) {
                String value = text(member(one, "string_match"), "exact");
                parts.add(
                        (kind.equals("headers") ? "" : "?") + text(one, "name") + (value.isEmpty() ? "" : "=" + value));
            }
        }
        return String.join(" ", parts);
    }

    private static String target(@Nullable Object route) {
        Object action = member(route, "route");
        if (action != null) {
            String cluster = text(action, "cluster");
            return !cluster.isEmpty()
                    ? cluster
                    : list(member(action, "weighted_clusters"), "clusters").stream()
                            .map(share -> text(share, "weight") + " " + text(share, "name"))
                            .collect(Collectors.joining(", "));
        }
        Object direct = member(route, "direct_response");
        return direct != null
                ? "answers " + text(direct, "status")
                : member(route, "redirect") != null ? "redirects" : "";
    }

    /** {@code /endpoints}: load assignments as in {@code /config_dump}. */
    static Table endpoints(String page) {
        Table table = new Table("CLUSTER", "ADDRESS", "HEALTH", "WEIGHT", "ZONE");
        for (Object config : list(Json.parse(page), "configs")) {
            Object assignment = member(config, "endpoint_config");
            for (Object locality : list(assignment, "endpoints")) {
                for (Object endpoint : list(locality, "lb_endpoints")) {
                    Object socket = member(member(member(endpoint, "endpoint"), "address"), "socket_address");
                    String health = text(endpoint, "health_status");
                    boolean well = health.isEmpty() || health.equals("HEALTHY") || health.equals("UNKNOWN");
                    table.row()
                            .add(text(assignment, "cluster_name"))
                            .add(text(socket, "address") + ":" + text(socket, "port_value"))
                            .add(
                                    well ? "healthy" : health.toLowerCase(java.util.Locale.ROOT),
                                    well ? Style.GOOD : Style.BAD)
                            .add(text(endpoint, "load_balancing_weight"))
                            .add(text(member(locality, "locality"), "zone"));
                }
            }
        }
        return table;
    }

    /** {@code /certs}. */
    static Table certificates(String page) {
        Table table = new Table("NAME", "USE", "IDENTITY", "VALID UNTIL", "DAYS", "SERIAL");
        for (Object secret : list(Json.parse(page), "certificates")) {
            for (String use : List.of("cert_chain", "ca_cert")) {
                for (Object certificate : list(secret, use)) {
                    table.row()
                            .add(text(certificate, "path"))
                            .add(use.equals("ca_cert") ? "trusted" : "own")
                            .add(list(certificate, "subject_alt_names").stream()
                                    .map(name -> text(name, "uri") + text(name, "dns") + text(name, "ip_address"))
                                    .collect(Collectors.joining(",")))
                            .add(text(certificate, "expiration_time"))
                            .add(text(certificate, "days_until_expiration"))
                            .add(text(certificate, "serial_number"));
                }
            }
        }
        return table;
    }

    private static @Nullable Object member(@Nullable Object of, String name) {
        return of instanceof Map<?, ?> map ? map.get(name) : null;
    }

    private static List<?> list(@Nullable Object of, String name) {
        return member(of, name) instanceof List<?> list ? list : List.of();
    }

    private static String text(@Nullable Object of, String name) {
        Object value = member(of, name);
        return value == null ? "" : String.valueOf(value);
    }
}
