package dev.weft.xdsmodel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** HTTP filters: those of a connection manager, and what route configurations say of them. */
final class HttpFilterParser {
    private static final String ROUTER = "envoy.extensions.filters.http.router.v3.Router";
    private static final String OVERRIDE = "envoy.config.route.v3.FilterConfig";

    private HttpFilterParser() {}

    /** {@code http_filters} of a connection manager. */
    static List<HttpFilterEntry> filters(MessageView view) {
        List<HttpFilterEntry> filters = new ArrayList<>();
        for (MessageView filter : view.messages("http_filters")) {
            HttpFilterEntry parsed = filter(filter);
            if (parsed != null) {
                filters.add(parsed);
            }
        }
        long routers = filters.stream().filter(HttpFilterParser::isRouter).count();
        if (filters.isEmpty()) {
            view.error("http_filters", "required", "the last HTTP filter must be the router", "");
        } else if (routers != 1 || !isRouter(filters.get(filters.size() - 1))) {
            view.error("http_filters", "invalid-value", "the router must come last and once", "");
        }
        return filters;
    }

    private static boolean isRouter(HttpFilterEntry filter) {
        return filter.config() instanceof HttpFilterConfig.Router;
    }

    private static @Nullable HttpFilterEntry filter(MessageView filter) {
        String name = filter.string("name");
        boolean optional = filter.bool("is_optional");
        boolean disabled = filter.bool("disabled");
        filter.which("config_type");
        if (filter.message("config_discovery") != null) {
            CommonParser.unsupported(filter, "config_discovery");
            return null;
        }
        MessageView any = filter.message("typed_config");
        if (any != null && any.payload() == null && (optional || disabled)) {
            // Disabled it takes part only where a route configures it, and there it is refused.
            if (optional) {
                warnIgnored(filter, "typed_config", any);
            }
            return null;
        }
        MessageView config = CommonParser.typed(filter, "typed_config");
        if (config == null) {
            return null;
        }
        HttpFilterConfig parsed = config(filter.messageOrEmpty("typed_config"), config);
        if (parsed instanceof Cors.Policy) {
            filter.error("typed_config", "invalid-value", "a policy is a route's", "Cors is the filter");
        }
        if (parsed instanceof HttpFilterConfig.Router && disabled) {
            filter.error("disabled", "invalid-value", "the router cannot be disabled", "remove it");
        }
        return parsed == null ? null : new HttpFilterEntry(name, disabled, parsed);
    }

    private static void warnIgnored(MessageView view, String field, MessageView any) {
        view.warning(field, "unsupported-extension", any.anyType() + " is ignored: is_optional", "");
    }

    /** What a filter's Any holds; null (and a report) if no filter of ours takes it. */
    private static @Nullable HttpFilterConfig config(MessageView any, MessageView config) {
        return switch (config.type().fullName()) {
            case ROUTER -> {
                config.bool("dynamic_stats", true); // Weft's cluster statistics do not depend on it
                yield new HttpFilterConfig.Router(config.bool("suppress_envoy_headers"));
            }
            case FaultParser.MESSAGE -> FaultParser.parse(config);
            case CorsParser.FILTER -> new Cors();
            case CorsParser.POLICY -> CorsParser.policy(config);
            case StatefulSessionParser.FILTER -> StatefulSessionParser.filter(config);
            default -> {
                FieldTable.unsupportedExtension(any, config.type().fullName());
                yield null;
            }
        };
    }

    /** {@code typed_per_filter_config}: by the name of the filter. */
    static Map<String, HttpFilterOverride> overrides(MessageView view) {
        Map<String, HttpFilterOverride> overrides = new LinkedHashMap<>();
        view.messageMap("typed_per_filter_config").forEach((name, any) -> {
            HttpFilterOverride parsed = override(any);
            if (parsed != null) {
                overrides.put(name, parsed);
            }
        });
        return overrides;
    }

    private static @Nullable HttpFilterOverride override(MessageView any) {
        MessageView payload = CommonParser.payload(any);
        if (payload == null) {
            return null;
        }
        return payload.isMessageOf(OVERRIDE) ? wrapped(payload) : override(any, payload);
    }

    private static @Nullable HttpFilterOverride wrapped(MessageView wrapper) {
        boolean optional = wrapper.bool("is_optional");
        MessageView any = wrapper.message("config");
        if (wrapper.bool("disabled")) {
            return new HttpFilterOverride(true, null); // as Envoy: what it would do is not looked at
        }
        if (any == null || any.anyType().isEmpty()) {
            return new HttpFilterOverride(false, null);
        }
        if (optional && any.payload() == null) {
            warnIgnored(wrapper, "config", any);
            return null;
        }
        MessageView config = CommonParser.payload(any);
        return config == null ? null : override(any, config);
    }

    private static @Nullable HttpFilterOverride override(MessageView any, MessageView payload) {
        if (payload.isMessageOf(StatefulSessionParser.PER_ROUTE)) {
            return StatefulSessionParser.override(payload);
        }
        HttpFilterConfig config = config(any, payload);
        if (config instanceof HttpFilterConfig.Router || config instanceof Cors || config instanceof StatefulSession) {
            any.error("", "invalid-value", payload.type().fullName() + " is not for routes", "remove it");
            return null;
        }
        return config == null ? null : new HttpFilterOverride(false, config);
    }
}
