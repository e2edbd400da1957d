package dev.weft.control;

import dev.weft.base.JoinedMap;
import dev.weft.base.SpiffeId;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.Whereabouts;
import dev.weft.translate.Callers;
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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Classes of proxies by what {@code translate} says they share. Keeps what was made of each resource as long as the
 * translator hands out the same object, so that a class that did not change costs nothing. Confined to the mesh's thread.
 */
final class TranslatedViews implements Views {
    private static final int MANY_NAMES = 50_000;

    private final Translator translator;
    private final SecretResources secrets;
    private final ForeignIdentities foreign;
    private final Map<View, String> keys = new HashMap<>();
    private final Map<String, View> classes = new HashMap<>();
    private long nextKey = 1;

    // What the translator's maps became: by the map's identity, as long as a publication uses it.
    private Map<Object, Map<String, XdsResource>> maps = new IdentityHashMap<>();
    private Map<Object, Map<String, XdsResource>> mapsBefore = new IdentityHashMap<>();

    // The newest resource made of each name, by type: what classes share is made once.
    private final Map<String, Map<String, XdsResource>> newest = new HashMap<>();
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
        ProxyClass of = ProxyClass.of(image, proxyNode(node, identity));
        View view = new View(of, identity == null ? foreign.of(node) : null);
        return keys.computeIfAbsent(view, v -> {
            String key = "class-" + nextKey++;
            classes.put(key, v);
            return key;
        });
    }

    private static ProxyNode proxyNode(XdsNode node, @Nullable SpiffeId identity) {
        NodeId id = NodeId.parse(node);
        if (id == null) {
            throw new IllegalArgumentException("not a proxy's node id: " + node.id());
        }
        int dot = node.cluster().lastIndexOf('.');
        String service = dot > 0 ? node.cluster().substring(0, dot) : node.cluster();
        return new ProxyNode(
                id.namespace(),
                service.isEmpty() ? null : service,
                account(node, identity),
                labels(node),
                ports(node),
                node.text("INTERCEPTION_MODE", "REDIRECT").equals("NONE")
                        ? ProxyNode.Mode.NONE
                        : ProxyNode.Mode.REDIRECT,
                node.text("INSTANCE_IPS", id.address()).split(",", 2)[0].strip(),
                node.locality().toString());
    }

    /** That of the certificate, where there is one; else what the node says. */
    private static String account(XdsNode node, @Nullable SpiffeId identity) {
        String proved = identity == null ? null : identity.serviceAccount();
        return proved == null ? node.text("SERVICE_ACCOUNT", "") : proved;
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
            mapsBefore = maps;
            maps = new IdentityHashMap<>();
            // Names of long ago are not worth keeping; what is still used is found by its map.
            newest.values().removeIf(names -> names.size() > MANY_NAMES);
        }
        XdsResources resources = translator.translate(image, view.of());
        Map<String, Map<String, XdsResource>> byType = new HashMap<>();
        resources.byType().forEach((type, named) -> byType.put(type, convert(type, named)));
        byType.put(TypeUrls.SECRET, secrets.of(view.foreign()));
        return new ResourceSnapshot(image.version(), byType);
    }

    private Map<String, XdsResource> convert(String type, Map<String, dev.weft.translate.XdsResource> named) {
        if (named instanceof JoinedMap<dev.weft.translate.XdsResource> joined) {
            return new JoinedMap<>(convert(type, joined.shared()), convert(type, joined.own()));
        }
        Map<String, XdsResource> known = maps.get(named);
        if (known == null) {
            known = mapsBefore.get(named);
            if (known == null) {
                Map<String, XdsResource> shared = newest.computeIfAbsent(type, t -> new HashMap<>());
                Map<String, XdsResource> made = HashMap.newHashMap(named.size());
                for (dev.weft.translate.XdsResource resource : named.values()) {
                    made.put(resource.name(), convert(resource, shared));
                }
                known = made;
            }
            maps.put(named, known);
        }
        return known;
    }

    private static XdsResource convert(dev.weft.translate.XdsResource resource, Map<String, XdsResource> shared) {
        XdsResource known = shared.get(resource.name());
        if (known == null || !known.version().equals(resource.version())) {
            known = new XdsResource(resource.name(), resource.version(), resource.any());
            shared.put(known.name(), known);
        }
        return known;
    }

    @Override
    public void prepare(MeshImage image) {
        // What all classes share is made now; the first proxy need not wait for it.
        translator.translate(
                image,
                new ProxyClass(
                        new Callers("", List.of()), ProxyNode.Mode.REDIRECT, "", List.of(), Whereabouts.UNKNOWN));
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
