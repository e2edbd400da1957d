package dev.weft.sources;

import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Subset;
import java.util.Map;

/** {@code weft.dev/v1 Subset}. */
final class SubsetReader {
    private static final String TAKEN = "tcp"; // so it would be called what the bytes of a Service go to

    private SubsetReader() {}

    static Subset read(ResourceKey key, FieldReader spec) {
        String service = spec.requiredString("service");
        Map<String, String> labels = spec.stringMap("labels");
        if (labels.isEmpty() && !spec.has("labels")) {
            spec.missing("labels");
        } else if (labels.isEmpty()) {
            spec.findings().error("bad-value", spec.at("labels"), "must not be empty", "that would be the Service");
        }
        if (!key.name().startsWith(service + ".") || key.name().equals(service + "." + TAKEN)) {
            spec.findings()
                    .error(
                            "bad-name",
                            "metadata.name",
                            "must be '" + service + ".' and a name other than '" + TAKEN + "' (got '" + key.name()
                                    + "')",
                            "e.g. " + service + ".v1");
        }
        return new Subset(key, ResourceKey.service(key.namespace(), service), labels);
    }
}
