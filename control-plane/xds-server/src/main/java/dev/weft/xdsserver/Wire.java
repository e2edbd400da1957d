package dev.weft.xdsserver;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Protobuf to {@link Request} and {@link Response} to protobuf. Responses are pieces: small heads written per stream, and
 * the resources' own bytes, which all streams share until the transport copies them into its buffers.
 */
final class Wire {
    private Wire() {}

    static Request.Delta request(DeltaDiscoveryRequest r) {
        return new Request.Delta(
                r.getTypeUrl(),
                r.getResponseNonce(),
                r.hasErrorDetail() ? reason(r.getErrorDetail().getMessage()) : null,
                r.getResourceNamesSubscribeList(),
                r.getResourceNamesUnsubscribeList(),
                r.getInitialResourceVersionsMap());
    }

    static Request.Sotw request(DiscoveryRequest r) {
        return new Request.Sotw(
                r.getTypeUrl(),
                r.getResponseNonce(),
                r.hasErrorDetail() ? reason(r.getErrorDetail().getMessage()) : null,
                r.getResourceNamesList());
    }

    /** A peer's text, made safe to log and show. */
    private static String reason(String text) {
        String some = text.isEmpty() ? "(no reason given)" : text;
        return (some.length() > 2000 ? some.substring(0, 2000) + "…" : some).replaceAll("[\\p{Cntrl}&&[^\n]]", "?");
    }

    static XdsNode node(Node node) {
        String agent = node.getUserAgentName();
        if (node.hasUserAgentBuildVersion()) {
            var v = node.getUserAgentBuildVersion().getVersion();
            agent += " " + v.getMajorNumber() + "." + v.getMinorNumber() + "." + v.getPatch();
        } else if (!node.getUserAgentVersion().isEmpty()) {
            agent += " " + node.getUserAgentVersion();
        }
        return new XdsNode(node.getId(), node.getCluster(), plain(node.getMetadata()), agent.strip());
    }

    private static Map<String, @Nullable Object> plain(Struct struct) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (Map.Entry<String, Value> field : struct.getFieldsMap().entrySet()) {
            map.put(field.getKey(), plain(field.getValue()));
        }
        return map;
    }

    private static @Nullable Object plain(Value value) {
        return switch (value.getKindCase()) {
            case STRING_VALUE -> value.getStringValue();
            case NUMBER_VALUE -> value.getNumberValue();
            case BOOL_VALUE -> value.getBoolValue();
            case STRUCT_VALUE -> plain(value.getStructValue());
            case LIST_VALUE -> {
                List<@Nullable Object> items = new ArrayList<>();
                for (Value item : value.getListValue().getValuesList()) {
                    items.add(plain(item));
                }
                yield items;
            }
            case NULL_VALUE, KIND_NOT_SET -> null;
        };
    }

    /** The message's pieces in order. */
    static List<byte[]> encode(Response response, boolean delta) {
        List<byte[]> pieces = new ArrayList<>(response.resources().size() * 2 + 2);
        try {
            for (XdsResource resource : response.resources()) {
                pieces.add(delta ? resource.deltaHead() : resource.sotwHead());
                pieces.add(resource.any());
            }
            // DiscoveryResponse: version_info = 1, type_url = 4, nonce = 5.
            // DeltaDiscoveryResponse: system_version_info = 1, type_url = 4, nonce = 5, removed_resources = 6.
            int size = CodedOutputStream.computeStringSize(1, response.version())
                    + CodedOutputStream.computeStringSize(4, response.typeUrl())
                    + CodedOutputStream.computeStringSize(5, response.nonce());
            for (String name : response.removed()) {
                size += CodedOutputStream.computeStringSize(6, name);
            }
            byte[] tail = new byte[size];
            CodedOutputStream out = CodedOutputStream.newInstance(tail);
            out.writeString(1, response.version());
            out.writeString(4, response.typeUrl());
            out.writeString(5, response.nonce());
            for (String name : response.removed()) {
                out.writeString(6, name);
            }
            out.checkNoSpaceLeft();
            pieces.add(tail);
        } catch (IOException e) {
            throw new IllegalStateException(e); // the array has the computed size
        }
        return pieces;
    }

    /** Hands a list of pieces to the transport without joining them first. */
    static final MethodDescriptor.Marshaller<List<byte[]>> PIECES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(List<byte[]> pieces) {
            return new PieceStream(pieces);
        }

        @Override
        public List<byte[]> parse(InputStream stream) {
            try {
                return List.of(stream.readAllBytes());
            } catch (IOException e) {
                throw new IllegalStateException(e); // the transport reads from memory
            }
        }
    };

    private static final class PieceStream extends InputStream implements KnownLength, Drainable {
        private final List<byte[]> pieces;
        private @Nullable ByteArrayInputStream joined; // only for a transport that does not drain

        PieceStream(List<byte[]> pieces) {
            this.pieces = pieces;
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            int total = 0;
            for (byte[] piece : pieces) {
                target.write(piece);
                total += piece.length;
            }
            return total;
        }

        @Override
        public int available() {
            int total = 0;
            for (byte[] piece : pieces) {
                total += piece.length;
            }
            return total;
        }

        @Override
        public int read() throws IOException {
            return joined().read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return joined().read(into, offset, length);
        }

        private ByteArrayInputStream joined() throws IOException {
            if (joined == null) {
                java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream(available());
                drainTo(all);
                joined = new ByteArrayInputStream(all.toByteArray());
            }
            return joined;
        }
    }
}
