package dev.weft.control;

import dev.weft.base.SpiffeId;
import dev.weft.meshmodel.MeshImage;
import dev.weft.translate.ProxyClass;
import dev.weft.translate.ProxyNode;
import dev.weft.translate.Translator;
import dev.weft.translate.XdsResources;
import dev.weft.xdsserver.ResourceSnapshot;
import dev.weft.xdsserver.TypeUrls;
import dev.weft.xdsserver.XdsNode;
import dev.weft.xdsserver.XdsResource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Classes of proxies by what {@code translate} says they share. Keeps what was made of each resource as long as the
 * translator hands out the same object, so that a class that did not change costs nothing. Confined to the mesh's thread.
 */
final class TranslatedViews implements Views {
    private final Translator translator;
    private final SecretResources secrets;
    private final ForeignIdentities foreign;
    private final Map<View, String> keys = new HashMap<>();
    private final Map<String, View> classes = new HashMap<>();
    private long nextKey = 1;

    // What the last two images' resources became, by the translator's own objects: shared between classes.
    private Map<Object, XdsResource> converted = new IdentityHashMap<>();
    private Map<Object, XdsResource> before = new IdentityHashMap<>();
    private Map<Object, Map<String, XdsResource>> convertedMaps = new IdentityHashMap<>();
    private Map<Object, Map<String, XdsResource>> mapsBefore = new IdentityHashMap<>();
    private long generation = -1;

    /** What proxies share; a foreign proxy that is given a key shares it with those of its identity only. */
    private record View(ProxyClass of, @Nullable SpiffeId foreign) {}

    TranslatedViews(Translator translator, SecretResources secrets, ForeignIdentities foreign) {
        this.translator = translator;
        this.secrets = secrets;
        this.foreign = foreign;
    }

    @Override
    public String classOf(MeshImage image, XdsNode node, @Nullable SpiffeId identity) {
        ProxyClass of = ProxyClass.of(image, proxyNode(node));
        View view = new View(of, identity == null ? foreign.of(node) : null);
        return keys.computeIfAbsent(view, v -> {
            String key = "class-" + nextKey++;
            classes.put(key, v);
            return key;
        });
    }

    private static ProxyNode proxyNode(XdsNode node) {
        NodeId id = NodeId.parse(node);
        if (id == null) {
            throw new IllegalArgumentException("not a proxy's node id: " + node.id());
        }
        int dot = node.cluster().lastIndexOf('.');
        String service = dot > 0 ? node.cluster().substring(0, dot) : node.cluster();
        return new ProxyNode(
                id.namespace(),
                service.isEmpty() ? null : service,
                labels(node),
                ports(node),
                node.text("INTERCEPTION_MODE", "REDIRECT").equals("NONE")
                        ? ProxyNode.Mode.NONE
                        : ProxyNode.Mode.REDIRECT,
                node.text("INSTANCE_IPS", id.address()).split(",", 2)[0].strip());
    }

    private static Map<String, String> labels(XdsNode node) {
        Map<String, String> labels = new TreeMap<>();
        if (node.metadata().get("LABELS") instanceof Map<?, ?> said) {
            said.forEach((name, value) -> {
                if (name instanceof String n && value instanceof String v) {
                    labels.put(n, v);
                }
            });
        }
        return labels;
    }

    private static List<Integer> ports(XdsNode node) {
        List<Integer> ports = new ArrayList<>();
        for (String text : node.text("PORTS", "").split(",", -1)) {
            if (text.strip().matches("[0-9]{1,5}")) {
                ports.add(Integer.parseInt(text.strip()));
            }
        }
        return ports;
    }

    @Override
    public ResourceSnapshot translate(MeshImage image, String classKey) {
        View view = classes.get(classKey);
        if (view == null) {
            throw new IllegalArgumentException("unknown class " + classKey);
        }
        if (generation != image.version()) {
            generation = image.version();
            before = converted;
            mapsBefore = convertedMaps;
            converted = new IdentityHashMap<>();
            convertedMaps = new IdentityHashMap<>();
        }
        XdsResources resources = translator.translate(image, view.of());
        Map<String, Map<String, XdsResource>> byType = new HashMap<>();
        resources.byType().forEach((type, named) -> byType.put(type, convert(named)));
        byType.put(TypeUrls.SECRET, secrets.of(view.foreign()));
        return new ResourceSnapshot(image.version(), byType);
    }

    private Map<String, XdsResource> convert(Map<String, dev.weft.translate.XdsResource> named) {
        Map<String, XdsResource> known = convertedMaps.get(named);
        if (known == null) {
            known = mapsBefore.get(named);
            if (known != null) {
                // The same map holds the same resources; they must stay known too, for maps that share some of them.
                named.values().forEach(this::convert);
            }
        }
        if (known == null) {
            Map<String, XdsResource> made = LinkedHashMap.newLinkedHashMap(named.size());
            named.forEach((name, resource) -> made.put(name, convert(resource)));
            known = made;
        }
        convertedMaps.put(named, known);
        return known;
    }

    private XdsResource convert(dev.weft.translate.XdsResource resource) {
        XdsResource known = converted.get(resource);
        if (known == null) {
            known = before.get(resource);
            if (known == null) {
                known = new XdsResource(resource.name(), resource.version(), resource.any());
            }
            converted.put(resource, known);
        }
        return known;
    }

    @Override
    public boolean isRenewalDue() {
        return secrets.isRenewalDue();
    }

    @Override
    public void forget(String classKey) {
        View view = classes.remove(classKey);
        if (view != null) {
            keys.remove(view);
            if (classes.values().stream().noneMatch(other -> other.of().equals(view.of()))) {
                translator.forget(view.of());
            }
        }
    }
}
