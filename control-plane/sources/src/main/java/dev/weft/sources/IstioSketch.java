package dev.weft.sources;

import dev.weft.meshmodel.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Documents of ours in the making, as plain YAML, with the field of Istio's document that each mapping and list comes from.
 * Lives for one document.
 */
final class IstioSketch {
    private final String namespace;
    private final String name;
    private final List<Map<String, Object>> documents = new ArrayList<>();
    private final Map<Object, String> origins = new IdentityHashMap<>();

    /** @param namespace of Istio's document, as its {@code name} is */
    IstioSketch(String namespace, String name) {
        this.namespace = namespace;
        this.name = name;
    }

    String namespace() {
        return namespace;
    }

    String name() {
        return name;
    }

    List<Map<String, Object>> documents() {
        return documents;
    }

    /** Begins a document of the same namespace: its {@code spec}. */
    Map<String, Object> document(Kind kind, String documentName, String origin) {
        return document(kind, namespace, documentName, Map.of(), origin);
    }

    Map<String, Object> document(
            Kind kind, String documentNamespace, String documentName, Map<String, String> labels, String origin) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", documentName);
        metadata.put("namespace", documentNamespace);
        if (!labels.isEmpty()) {
            metadata.put("labels", labels);
        }
        Map<String, Object> spec = map(origin);
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("apiVersion", kind.apiVersion());
        document.put("kind", kind.documentName());
        document.put("metadata", metadata);
        document.put("spec", spec);
        documents.add(document);
        return spec;
    }

    /**
     * A mapping.
     *
     * @param members names and values in turns; those with the value null are left out
     */
    Map<String, Object> map(String origin, @Nullable Object... members) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < members.length; i += 2) {
            Object value = members[i + 1];
            if (value != null) {
                map.put(String.valueOf(members[i]), value);
            }
        }
        origins.put(map, origin);
        return map;
    }

    List<Object> list(String origin) {
        List<Object> list = new ArrayList<>();
        origins.put(list, origin);
        return list;
    }

    /** The paths in a document, and Istio's field for each; those between have the nearest around them. */
    Map<String, String> origins(Map<String, Object> document) {
        Map<String, String> found = new HashMap<>();
        found.put("", "");
        found.put("metadata", "metadata.name");
        walk(document, "", found);
        return found;
    }

    private void walk(Object value, String path, Map<String, String> found) {
        String origin = origins.get(value);
        if (origin != null) {
            found.put(path, origin);
        }
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, member) -> walk(member, FieldReader.at(path, String.valueOf(key)), found));
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                walk(list.get(i), path + "[" + i + "]", found);
            }
        }
    }

    /** The {@code targetRefs} of a policy for one rule of the HTTPRoute. */
    List<Object> rule(String name, String origin) {
        return List.of(map(
                origin,
                "group",
                Kind.HTTP_ROUTE.group(),
                "kind",
                Kind.HTTP_ROUTE.documentName(),
                "name",
                name(),
                "sectionName",
                name));
    }
}
