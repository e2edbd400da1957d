package dev.weft.xdsclient;

import dev.weft.base.ProtoReader;
import dev.weft.xdsmodel.ResourceType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One answer of the control plane, delta or state of the world.
 *
 * @param type null = a type we did not ask for
 * @param version of the whole (state of the world) or for information (delta)
 * @param removed names that are gone (delta)
 * @param whole true: for listeners and clusters, what is not listed is gone (state of the world)
 */
record DiscoveryResponse(
        @Nullable ResourceType type,
        String typeUrl,
        String version,
        String nonce,
        List<Item> items,
        List<String> removed,
        boolean whole) {
    /** One resource as it came. */
    record Item(String name, String version, byte[] message) {}

    /** {@code envoy.service.discovery.v3.DeltaDiscoveryResponse}. */
    static DiscoveryResponse delta(byte[] bytes) {
        ProtoReader in = new ProtoReader(bytes);
        String version = "";
        String typeUrl = "";
        String nonce = "";
        List<Item> items = new java.util.ArrayList<>();
        List<String> removed = new java.util.ArrayList<>();
        while (in.next()) {
            switch (in.field()) {
                case 1 -> version = in.string();
                case 2 -> items.add(resource(in.message(), ""));
                case 4 -> typeUrl = in.string();
                case 5 -> nonce = in.string();
                case 6 -> removed.add(in.string());
                default -> {}
            }
        }
        return new DiscoveryResponse(ResourceType.ofTypeUrl(typeUrl), typeUrl, version, nonce, items, removed, false);
    }

    /** {@code envoy.service.discovery.v3.DiscoveryResponse}. */
    static DiscoveryResponse stateOfTheWorld(byte[] bytes) {
        ProtoReader in = new ProtoReader(bytes);
        String version = "";
        String typeUrl = "";
        String nonce = "";
        List<byte[]> anys = new java.util.ArrayList<>();
        while (in.next()) {
            switch (in.field()) {
                case 1 -> version = in.string();
                case 2 -> anys.add(in.bytes());
                case 4 -> typeUrl = in.string();
                case 5 -> nonce = in.string();
                default -> {}
            }
        }
        List<Item> items = new java.util.ArrayList<>(anys.size());
        for (byte[] any : anys) {
            Any unpacked = Any.read(new ProtoReader(any));
            items.add(
                    unpacked.typeUrl.endsWith("/envoy.service.discovery.v3.Resource")
                            ? resource(new ProtoReader(unpacked.value), version)
                            : new Item(nameOf(unpacked.value), version, unpacked.value));
        }
        return new DiscoveryResponse(ResourceType.ofTypeUrl(typeUrl), typeUrl, version, nonce, items, List.of(), true);
    }

    private static Item resource(ProtoReader in, String defaultVersion) {
        String name = "";
        String version = defaultVersion;
        byte[] message = {};
        while (in.next()) {
            switch (in.field()) {
                case 1 -> version = in.string();
                case 2 -> message = Any.read(in.message()).value;
                case 3 -> name = in.string();
                default -> {}
            }
        }
        return new Item(name.isEmpty() ? nameOf(message) : name, version, message);
    }

    private record Any(String typeUrl, byte[] value) {
        static Any read(ProtoReader in) {
            String typeUrl = "";
            byte[] value = {};
            while (in.next()) {
                switch (in.field()) {
                    case 1 -> typeUrl = in.string();
                    case 2 -> value = in.bytes();
                    default -> {}
                }
            }
            return new Any(typeUrl, value);
        }
    }

    /** The name is field 1 of all five resource messages; needed even of one that does not parse, to keep its last good. */
    private static String nameOf(byte[] message) {
        try {
            ProtoReader in = new ProtoReader(message);
            while (in.next()) {
                if (in.field() == 1) {
                    return in.string();
                }
            }
        } catch (ProtoReader.ProtoException unreadable) {
            return ""; // the parser will say what is wrong
        }
        return "";
    }
}
