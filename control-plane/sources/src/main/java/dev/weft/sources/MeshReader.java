package dev.weft.sources;

import dev.weft.base.TrustDomain;
import dev.weft.meshmodel.MeshSettings;
import dev.weft.meshmodel.MeshSettings.Egress;
import dev.weft.meshmodel.MeshSettings.Mtls;
import dev.weft.meshmodel.ResourceKey;
import java.util.Map;
import java.util.Objects;

/** {@code weft.dev/v1 Mesh}. */
final class MeshReader {
    private static final Map<String, Mtls> MTLS = Map.of("STRICT", Mtls.STRICT, "PERMISSIVE", Mtls.PERMISSIVE);
    private static final Map<String, Egress> EGRESS =
            Map.of("ALLOW_ANY", Egress.ALLOW_ANY, "REGISTRY_ONLY", Egress.REGISTRY_ONLY);

    private MeshReader() {}

    static MeshSettings read(ResourceKey key, FieldReader spec) {
        MeshSettings defaults = MeshSettings.DEFAULT;
        TrustDomain trustDomain = defaults.trustDomain();
        String trustDomainName = spec.string("trustDomain");
        if (trustDomainName != null) {
            try {
                trustDomain = new TrustDomain(trustDomainName);
            } catch (IllegalArgumentException e) {
                spec.findings()
                        .error(
                                "bad-value",
                                spec.at("trustDomain"),
                                "is not a trust domain: '" + trustDomainName + "'",
                                "lower-case letters, digits, dots, dashes and underscores");
            }
        }
        return new MeshSettings(
                key,
                trustDomain,
                name(spec, "domain", defaults.domain()),
                name(spec, "rootNamespace", defaults.rootNamespace()),
                Objects.requireNonNullElse(spec.choice("mtls", MTLS), defaults.mtls()),
                Objects.requireNonNullElse(spec.choice("egress", EGRESS), defaults.egress()),
                Objects.requireNonNullElse(spec.bool("accessLog"), defaults.accessLog()));
    }

    private static String name(FieldReader spec, String field, String fallback) {
        String name = spec.string(field);
        if (name != null && !Names.isSubdomain(name)) {
            spec.findings().error("bad-name", spec.at(field), "is not a valid name: '" + name + "'", Names.RULE);
        }
        return name == null ? fallback : name;
    }
}
