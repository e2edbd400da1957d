package dev.weft.proxy;

import dev.weft.xdsclient.AdsStatus;
import dev.weft.xdsmodel.MessageView;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.ResourceType;
import dev.weft.xdsmodel.Secret;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code /config_dump} in the structure of {@code envoy.admin.v3.ConfigDump}. Private keys, passwords and tickets are never
 * in it.
 */
final class ConfigDump {
    private static final String ADMIN_TYPE = "type.googleapis.com/envoy.admin.v3.";
    static final String REDACTED = "[redacted]";

    private final Map<String, @Nullable Object> bootstrap;
    private final @Nullable AdsStatus status;
    private final Map<String, Secret> ownSecrets;
    private final Instant started;

    /**
     * @param bootstrap the file as JSON; of a sidecar what stands for it
     * @param status null without a control plane
     * @param ownSecrets secrets the proxy answers itself
     */
    ConfigDump(
            Map<String, @Nullable Object> bootstrap,
            @Nullable AdsStatus status,
            Map<String, Secret> ownSecrets,
            Instant started) {
        this.bootstrap = bootstrap;
        this.status = status;
        this.ownSecrets = ownSecrets;
        this.started = started;
    }

    /**
     * @param resource only this list ({@code dynamic_listeners}, {@code static_clusters} …), as Envoy's {@code ?resource};
     *     null = everything; without {@code configs} when there is no such list
     * @param includeEds endpoints too
     */
    Map<String, Object> json(@Nullable String resource, boolean includeEds) {
        List<Map<String, Object>> configs = new ArrayList<>();
        configs.add(section("BootstrapConfigDump", "bootstrap", redact(bootstrap), "last_updated", time(started)));
        configs.add(clusters());
        if (includeEds) {
            configs.add(section(
                    "EndpointsConfigDump",
                    "dynamic_endpoint_configs",
                    dynamic(ResourceType.ENDPOINT, "endpoint_config", true)));
        }
        configs.add(listeners());
        configs.add(section(
                "RoutesConfigDump", "dynamic_route_configs", dynamic(ResourceType.ROUTE, "route_config", true)));
        configs.add(section("SecretsConfigDump", "dynamic_active_secrets", secrets()));
        if (resource == null) {
            return Map.of("configs", configs);
        }
        if (configs.stream().noneMatch(config -> config.containsKey(resource))) {
            return Map.of();
        }
        List<Object> only = new ArrayList<>();
        for (Map<String, Object> config : configs) {
            if (config.get(resource) instanceof List<?> list) {
                only.addAll(list);
            } else if (config.containsKey(resource)) {
                only.add(config.get(resource));
            }
        }
        return Map.of("configs", only);
    }

    private Map<String, Object> clusters() {
        return section(
                "ClustersConfigDump",
                "version_info",
                version(ResourceType.CLUSTER),
                "static_clusters",
                statics("clusters", "cluster", ResourceType.CLUSTER),
                "dynamic_active_clusters",
                dynamic(ResourceType.CLUSTER, "cluster", true),
                "dynamic_warming_clusters",
                dynamic(ResourceType.CLUSTER, "cluster", false));
    }

    private Map<String, Object> listeners() {
        Map<String, Map<String, Object>> byName = new LinkedHashMap<>();
        for (AdsStatus.Resource resource : resources(ResourceType.LISTENER)) {
            Map<String, Object> listener = byName.computeIfAbsent(resource.name(), name -> new LinkedHashMap<>());
            listener.put("name", resource.name());
            if (resource.message().length > 0) {
                listener.put(resource.serves() ? "active_state" : "warming_state", entry(resource, "listener"));
            }
            addError(listener, resource);
        }
        return section(
                "ListenersConfigDump",
                "version_info",
                version(ResourceType.LISTENER),
                "static_listeners",
                statics("listeners", "listener", ResourceType.LISTENER),
                "dynamic_listeners",
                List.copyOf(byName.values()));
    }

    private List<Object> statics(String list, String key, ResourceType type) {
        List<Object> entries = new ArrayList<>();
        if (bootstrap.get("static_resources") instanceof Map<?, ?> resources
                && resources.get(list) instanceof List<?> all) {
            for (Object one : all) {
                if (redact(one) instanceof Map<?, ?> message) {
                    Map<String, Object> typed = new LinkedHashMap<>();
                    typed.put("@type", type.typeUrl());
                    message.forEach((name, value) -> typed.put(String.valueOf(name), value));
                    Map<String, Object> entry = new LinkedHashMap<>();
                    entry.put(key, typed);
                    entry.put("last_updated", time(started));
                    entries.add(entry);
                }
            }
        }
        return entries;
    }

    private List<Object> dynamic(ResourceType type, String key, boolean serving) {
        List<Object> entries = new ArrayList<>();
        for (AdsStatus.Resource resource : resources(type)) {
            if (resource.serves() == serving) {
                Map<String, Object> entry = entry(resource, key);
                addError(entry, resource);
                entries.add(entry);
            }
        }
        return entries;
    }

    private List<AdsStatus.Resource> resources(ResourceType type) {
        return status == null
                ? List.of()
                : status.resources().stream().filter(r -> r.type() == type).toList();
    }

    private static Map<String, Object> entry(AdsStatus.Resource resource, String key) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("version_info", resource.version());
        entry.put(key, message(resource));
        entry.put("last_updated", time(resource.updated()));
        return entry;
    }

    private static void addError(Map<String, Object> entry, AdsStatus.Resource resource) {
        AdsStatus.Rejection rejection = resource.rejection();
        if (rejection != null) {
            Map<String, Object> error = new LinkedHashMap<>();
            error.put("last_update_attempt", time(rejection.at()));
            error.put("details", rejection.reason());
            entry.put("error_state", error);
        }
    }

    private static Map<String, Object> message(AdsStatus.Resource resource) {
        Map<String, Object> typed = new LinkedHashMap<>();
        typed.put("@type", resource.type().typeUrl());
        if (MessageView.parse(resource.type().messageName(), resource.message()) instanceof Parsed.Ok<MessageView> ok
                && ok.value().toJson() instanceof Map<?, ?> fields) {
            fields.forEach((name, value) -> {
                if (value != null) {
                    typed.put(String.valueOf(name), value);
                }
            });
        }
        return typed;
    }

    private List<Object> secrets() {
        List<Object> entries = new ArrayList<>(dynamic(ResourceType.SECRET, "secret", true));
        ownSecrets.forEach((name, secret) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", name);
            Map<String, Object> message = new LinkedHashMap<>();
            message.put("@type", ResourceType.SECRET.typeUrl());
            message.put("name", name);
            switch (secret) {
                case Secret.TlsCertificate certificate -> {
                    Map<String, Object> fields = new LinkedHashMap<>();
                    fields.put("certificate_chain", Map.of("inline_string", Pem.text(certificate.certificateChain())));
                    fields.put("private_key", Map.of("inline_string", REDACTED));
                    message.put("tls_certificate", fields);
                }
                case Secret.ValidationContext validation ->
                    message.put(
                            "validation_context",
                            validation.trustedCa() == null
                                    ? Map.of()
                                    : Map.of("trusted_ca", Map.of("inline_string", Pem.text(validation.trustedCa()))));
            }
            entry.put("secret", message);
            entries.add(entry);
        });
        return entries;
    }

    private String version(ResourceType type) {
        AdsStatus.TypeStatus one = status == null ? null : status.types().get(type);
        return one == null ? "" : one.version();
    }

    private static Map<String, Object> section(String type, Object... members) {
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("@type", ADMIN_TYPE + type);
        for (int i = 0; i < members.length; i += 2) {
            section.put((String) members[i], members[i + 1]);
        }
        return section;
    }

    static String time(Instant instant) {
        return instant.truncatedTo(java.time.temporal.ChronoUnit.MILLIS).toString();
    }

    /** A copy of configuration as JSON in which nothing secret is left. */
    private static Object redact(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> copy = new LinkedHashMap<>();
            map.forEach((key, member) -> {
                String name = String.valueOf(key);
                copy.put(name, isSecret(name) ? hidden(member) : redact(member));
            });
            return copy;
        }
        if (value instanceof List<?> list) {
            return list.stream().map(ConfigDump::redact).toList();
        }
        return value == null ? "" : value;
    }

    private static boolean isSecret(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.equals("private_key")
                || lower.equals("privatekey")
                || lower.equals("password")
                || lower.equals("session_ticket_keys")
                || lower.equals("sessionticketkeys")
                || lower.equals("initial_metadata") // may hold a bearer token
                || lower.equals("initialmetadata");
    }

    private static Object hidden(@Nullable Object value) {
        if (value instanceof Map<?, ?> map && map.containsKey("filename")) {
            return map; // where it is, is no secret
        }
        return REDACTED;
    }
}
