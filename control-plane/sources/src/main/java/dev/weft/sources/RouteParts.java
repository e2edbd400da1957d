package dev.weft.sources;

import dev.weft.meshmodel.BackendRef;
import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.ParentRef;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.RouteRule;
import dev.weft.meshmodel.ValueMatch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What routes of all kinds have: parents, backends, and matches of named values. */
final class RouteParts {
    private static final Map<String, ValueMatch.Type> VALUE_TYPES =
            Map.of("Exact", ValueMatch.Type.EXACT, "RegularExpression", ValueMatch.Type.REGEX);

    /** Gateway API's pages write {@code core} for Kubernetes' core group, whose name is empty. */
    private static final Set<String> CORE = Set.of("", "core");

    private RouteParts() {}

    static List<ParentRef> parents(ResourceKey key, FieldReader spec) {
        List<ParentRef> parents = new ArrayList<>();
        for (FieldReader item : spec.objects("parentRefs")) {
            ParentRef parent = parent(key, item);
            if (parent != null) {
                parents.add(parent);
            }
        }
        return parents;
    }

    private static @Nullable ParentRef parent(ResourceKey key, FieldReader item) {
        String group = item.string("group");
        String kind = item.string("kind");
        String namespace = Objects.requireNonNullElse(item.string("namespace"), key.namespace());
        String name = item.requiredString("name");
        Integer port = item.integer("port", 1, 65_535);
        item.unused("sectionName");
        if ("Service".equals(kind) && group != null && CORE.contains(group)) {
            return new ParentRef(ResourceKey.service(namespace, name), port);
        }
        if ("Service".equals(kind)) {
            item.findings()
                    .error(
                            "bad-value",
                            item.path(),
                            "a Service is not in the group " + Kind.HTTP_ROUTE.group() + ", the default here",
                            "add group: \"\"");
        } else {
            item.findings()
                    .warning(
                            "unused-parent",
                            item.path(),
                            "this parent is not a Service, so the mesh leaves it alone",
                            "kind: Service, group: \"\"");
        }
        return null;
    }

    static List<String> hostnames(FieldReader spec) {
        List<String> hostnames = spec.strings("hostnames");
        if (!hostnames.isEmpty()) {
            spec.findings()
                    .warning(
                            "unused-field",
                            spec.at("hostnames"),
                            "has no meaning for a route whose parent is a Service",
                            "");
        }
        spec.unused("useDefaultGateways");
        return hostnames;
    }

    static List<BackendRef> backends(ResourceKey key, FieldReader rule, RouteFilterReader filters) {
        List<BackendRef> backends = new ArrayList<>();
        for (FieldReader item : rule.objects("backendRefs")) {
            backends.add(backend(key, item, filters));
        }
        return backends;
    }

    /** One destination. Of another kind than Service it is kept: its share of requests is answered with an error. */
    static BackendRef backend(ResourceKey key, FieldReader item, RouteFilterReader filters) {
        String group = Objects.requireNonNullElse(item.string("group"), "");
        String kind = Objects.requireNonNullElse(item.string("kind"), BackendRef.SERVICE);
        String namespace = Objects.requireNonNullElse(item.string("namespace"), key.namespace());
        Integer weight = item.integer("weight", 0, 1_000_000);
        String full = CORE.contains(group) ? kind : group + "/" + kind;
        return new BackendRef(
                full,
                new ResourceKey(
                        full.equals(BackendRef.SUBSET) ? Kind.SUBSET : Kind.SERVICE,
                        namespace,
                        item.requiredString("name")),
                item.integer("port", 1, 65_535),
                weight == null ? 1 : weight,
                filters.read(key, item));
    }

    /** Of several matches for one name the first holds (Gateway API). */
    static List<ValueMatch> values(FieldReader item, String field, boolean header) {
        Map<String, ValueMatch> values = new LinkedHashMap<>();
        for (FieldReader entry : item.objects(field)) {
            ValueMatch.Type type = Objects.requireNonNullElse(entry.choice("type", VALUE_TYPES), ValueMatch.Type.EXACT);
            String name = entry.requiredString("name");
            if (header && entry.has("name")) {
                HttpFields.checkName(entry.findings(), entry.at("name"), name);
            }
            String value = entry.string("value");
            if (value == null && !entry.has("value")) {
                entry.missing("value");
            } else if (value != null && type == ValueMatch.Type.REGEX) {
                Re2.check(entry, "value", value);
            }
            ValueMatch earlier = values.putIfAbsent(
                    header ? name.toLowerCase(Locale.ROOT) : name,
                    new ValueMatch(type, name, value == null ? "" : value));
            if (earlier != null) {
                entry.findings()
                        .warning("duplicate-match", entry.at("name"), "only the first match for a name counts", "");
            }
        }
        return List.copyOf(values.values());
    }

    /** What tells a rule from the others of its route: its name, if that is a word, else its index. */
    static String ruleName(FieldReader item, int index) {
        String name = item.string("name");
        return name != null && Names.isSubdomain(name) ? name : String.valueOf(index);
    }

    /** Policies name the rule they are for, so no two of a route may have one name (Gateway API). */
    static void checkNames(FieldReader spec, List<? extends RouteRule<?>> rules) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < rules.size(); i++) {
            String name = rules.get(i).name();
            if (!name.isEmpty() && !names.add(name)) {
                spec.findings()
                        .error(
                                "bad-value",
                                spec.at("rules") + "[" + i + "].name",
                                "is there twice: '" + name + "'",
                                "");
            }
        }
    }
}
