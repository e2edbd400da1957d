package dev.weft.control;

import dev.weft.xdsserver.XdsNode;
import org.jspecify.annotations.Nullable;

/**
 * A node id in Istio's form, {@code sidecar~IP~NAME.NAMESPACE~DOMAIN}.
 *
 * @param name of the instance; may hold dots
 */
record NodeId(String type, String address, String name, String namespace, String domain) {
    /** Null for any other form. */
    static @Nullable NodeId parse(XdsNode node) {
        String[] parts = node.id().split("~", -1);
        if (parts.length != 4) {
            return null;
        }
        int dot = parts[2].lastIndexOf('.');
        if (dot <= 0 || dot == parts[2].length() - 1) {
            return null;
        }
        return new NodeId(parts[0], parts[1], parts[2].substring(0, dot), parts[2].substring(dot + 1), parts[3]);
    }

    /** What the operator calls it. */
    String id() {
        return name + "." + namespace;
    }
}
