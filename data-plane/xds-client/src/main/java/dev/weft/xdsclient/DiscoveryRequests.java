package dev.weft.xdsclient;

import dev.weft.base.Locality;
import dev.weft.base.ProtoWriter;
import dev.weft.xdsmodel.Node;
import dev.weft.xdsmodel.ResourceType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one ADS stream: what was asked for on it, and the next message to send. One instance per stream; the node
 * goes with the first message only, as the protocol allows.
 */
abstract sealed class DiscoveryRequests {
    private final Node node;
    private boolean nodeSent;

    private DiscoveryRequests(Node node) {
        this.node = node;
    }

    static DiscoveryRequests delta(Node node) {
        return new Delta(node);
    }

    static DiscoveryRequests stateOfTheWorld(Node node) {
        return new StateOfTheWorld(node);
    }

    /** The method to call. */
    abstract String method();

    abstract DiscoveryResponse read(byte[] message);

    /**
     * The message that makes the stream's subscription this set, or null when it is already.
     *
     * @param wildcard all resources of the type, whatever their names
     * @param have versions held from before, told at the type's first request so that they are not sent again
     */
    abstract byte @Nullable [] subscribe(
            ResourceType type, boolean wildcard, Set<String> names, Map<String, String> have);

    /** The answer to a response: accepted, or refused for these reasons. */
    abstract byte[] answer(DiscoveryResponse response, @Nullable String refusal);

    /** Puts the node in field 1 or 2 of the stream's first message. */
    void node(ProtoWriter out, int field) {
        if (!nodeSent) {
            nodeSent = true;
            out.message(field, encode(node));
        }
    }

    static ProtoWriter encode(Node node) {
        ProtoWriter out = new ProtoWriter().string(1, node.id()).string(2, node.cluster());
        if (!node.metadata().isEmpty()) {
            out.message(3, Structs.struct(node.metadata()));
        }
        Locality locality = node.locality();
        if (!locality.equals(Locality.UNKNOWN)) {
            out.message(
                    4,
                    new ProtoWriter()
                            .string(1, locality.region())
                            .string(2, locality.zone())
                            .string(3, locality.subZone()));
        }
        return out.string(6, "weft");
    }

    /** google.rpc.Status, code 3 = INVALID_ARGUMENT. */
    private static ProtoWriter status(String message) {
        return new ProtoWriter().varint(1, GrpcStatus.INVALID_ARGUMENT).string(2, message);
    }

    private static final class Delta extends DiscoveryRequests {
        private final Map<ResourceType, Set<String>> subscribed = new EnumMap<>(ResourceType.class);

        Delta(Node node) {
            super(node);
        }

        @Override
        String method() {
            return "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";
        }

        @Override
        DiscoveryResponse read(byte[] message) {
            return DiscoveryResponse.delta(message);
        }

        @Override
        byte @Nullable [] subscribe(ResourceType type, boolean wildcard, Set<String> names, Map<String, String> have) {
            Set<String> before = subscribed.get(type);
            boolean first = before == null;
            if (wildcard ? !first : names.equals(first ? Set.of() : before)) {
                return null;
            }
            ProtoWriter out = new ProtoWriter();
            node(out, 1);
            out.string(2, type.typeUrl());
            if (!wildcard) { // a first request without names asks for everything
                difference(names, before).forEach(name -> out.string(3, name));
                if (before != null) {
                    difference(before, names).forEach(name -> out.string(4, name));
                }
            }
            if (first) {
                have.forEach((name, version) -> {
                    if (wildcard || names.contains(name)) {
                        out.message(5, new ProtoWriter().string(1, name).string(2, version));
                    }
                });
            }
            subscribed.put(type, wildcard ? Set.of() : new LinkedHashSet<>(names));
            return out.toBytes();
        }

        private static List<String> difference(Collection<String> all, @Nullable Collection<String> without) {
            List<String> rest = new ArrayList<>(all);
            if (without != null) {
                rest.removeAll(Set.copyOf(without));
            }
            return rest;
        }

        @Override
        byte[] answer(DiscoveryResponse response, @Nullable String refusal) {
            ProtoWriter out = new ProtoWriter();
            node(out, 1);
            out.string(2, response.typeUrl()).string(6, response.nonce());
            if (refusal != null) {
                out.message(7, status(refusal));
            }
            return out.toBytes();
        }
    }

    private static final class StateOfTheWorld extends DiscoveryRequests {
        private final Map<ResourceType, Set<String>> subscribed = new EnumMap<>(ResourceType.class);
        private final Map<String, String> versions = new java.util.HashMap<>(); // accepted, by type URL
        private final Map<String, String> nonces = new java.util.HashMap<>();

        StateOfTheWorld(Node node) {
            super(node);
        }

        @Override
        String method() {
            return "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources";
        }

        @Override
        DiscoveryResponse read(byte[] message) {
            return DiscoveryResponse.stateOfTheWorld(message);
        }

        @Override
        byte @Nullable [] subscribe(ResourceType type, boolean wildcard, Set<String> names, Map<String, String> have) {
            Set<String> before = subscribed.get(type);
            Set<String> now = wildcard ? Set.of() : names;
            if (before == null ? !wildcard && now.isEmpty() : before.equals(now)) {
                return null;
            }
            subscribed.put(type, new LinkedHashSet<>(now));
            return request(type.typeUrl(), now, null);
        }

        @Override
        byte[] answer(DiscoveryResponse response, @Nullable String refusal) {
            nonces.put(response.typeUrl(), response.nonce());
            if (refusal == null) {
                versions.put(response.typeUrl(), response.version());
            }
            Set<String> names = response.type() == null ? Set.of() : subscribed.getOrDefault(response.type(), Set.of());
            return request(response.typeUrl(), names, refusal);
        }

        private byte[] request(String typeUrl, Set<String> names, @Nullable String refusal) {
            ProtoWriter out = new ProtoWriter().string(1, versions.getOrDefault(typeUrl, ""));
            node(out, 2);
            names.forEach(name -> out.string(3, name));
            out.string(4, typeUrl).string(5, nonces.getOrDefault(typeUrl, ""));
            if (refusal != null) {
                out.message(6, status(refusal));
            }
            return out.toBytes();
        }
    }
}
