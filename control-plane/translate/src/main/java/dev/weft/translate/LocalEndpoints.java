package dev.weft.translate;

import dev.weft.meshmodel.LocalityPreference;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.Subset;
import dev.weft.meshmodel.Whereabouts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints that are not the same for all callers: of Services whose policy prefers some by where they are. One set for
 * each place callers are at; resources that did not change stay the same objects. Confined to its {@link Translator}.
 */
final class LocalEndpoints {
    private final Map<Whereabouts, Part> parts = new HashMap<>();
    private List<Preferring> preferring = List.of();
    private long configurationVersion = -1;

    private record Part(long version, SortedMap<String, XdsResource> resources) {}

    /** A Service's port, or a subset's, with a preference. */
    private record Preferring(
            Service service, @Nullable Subset subset, Service.Port port, LocalityPreference preference) {}

    SortedMap<String, XdsResource> of(MeshImage image, Whereabouts caller) {
        if (configurationVersion != image.configurationVersion()) {
            preferring = preferring(image);
            configurationVersion = image.configurationVersion();
        }
        Part before = parts.get(caller);
        if (before != null && before.version == image.version()) {
            return before.resources;
        }
        SortedMap<String, XdsResource> old = before == null ? Collections.emptySortedMap() : before.resources;
        Map<String, XdsResource> now = new HashMap<>();
        for (Preferring one : preferring) {
            String name = Names.outbound(one.port.port(), one.subset, image.fqdn(one.service.key()));
            LocalitySpread spread = new LocalitySpread(one.preference, caller);
            Translator.put(now, old, name, Endpoints.of(image, one.service, one.subset, one.port, spread));
        }
        Translator.Change change = new Translator.Change();
        change.add(old, now);
        SortedMap<String, XdsResource> result = change.applyTo(old);
        parts.put(caller, new Part(image.version(), result));
        return result;
    }

    void forget(Whereabouts caller) {
        parts.remove(caller);
    }

    private static List<Preferring> preferring(MeshImage image) {
        List<Preferring> found = new ArrayList<>();
        for (Service service : image.services()) {
            List<@Nullable Subset> subsets = new ArrayList<>(image.subsets(service.key()));
            subsets.addFirst(null); // all of it
            for (Service.Port port : service.ports()) {
                for (Subset subset : subsets) {
                    LocalityPreference preference = ServicePolicy.of(image, service, subset, port)
                            .loadBalancer()
                            .locality();
                    if (preference != null) {
                        found.add(new Preferring(service, subset, port, preference));
                    }
                }
            }
        }
        return found;
    }
}
