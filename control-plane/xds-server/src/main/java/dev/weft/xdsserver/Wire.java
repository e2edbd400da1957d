package dev.weft.xdsserver;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.base.Locality;
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
 * Protobuf to {@link Request} and {@link Response} to protobuf. A response is the resources'
 * own bytes, which all streams share until the transport copies them into its buffers, and a tail of the stream's.
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
        return new XdsNode(
                node.getId(),
                node.getCluster(),
                new Locality(
                        node.getLocality().getRegion(),
                        node.getLocality().getZone(),
                        node.getLocality().getSubZone()),
                plain(node.getMetadata()),
                agent.strip());
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

    /** A response ready to be written: its resources' own bytes, and behind them what is the stream's. */
    record Message(List<XdsResource> resources, boolean delta, byte[] tail, int length) {}

    static Message encode(Response response, boolean delta) {
        byte[] tail = tail(response);
        int length = tail.length;
        for (XdsResource resource : response.resources()) {
            length += resource.entry().length - resource.entryStart(delta);
        }
        return new Message(response.resources(), delta, tail, length);
    }

    // DiscoveryResponse: version_info = 1, type_url = 4, nonce = 5.
    // DeltaDiscoveryResponse: system_version_info = 1, type_url = 4, nonce = 5, removed_resources = 6.
    private static byte[] tail(Response response) {
        int size = CodedOutputStream.computeStringSize(1, response.version())
                + CodedOutputStream.computeStringSize(4, response.typeUrl())
                + CodedOutputStream.computeStringSize(5, response.nonce());
        for (String name : response.removed()) {
            size += CodedOutputStream.computeStringSize(6, name);
        }
        byte[] tail = new byte[size];
        CodedOutputStream out = CodedOutputStream.newInstance(tail);
        try {
            out.writeString(1, response.version());
            out.writeString(4, response.typeUrl());
            out.writeString(5, response.nonce());
            for (String name : response.removed()) {
                out.writeString(6, name);
            }
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new IllegalStateException(e); // the array has the computed size
        }
        return tail;
    }

    /** Hands a response to the transport without joining its pieces first. */
    static final MethodDescriptor.Marshaller<Message> MESSAGES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(Message message) {
            return new MessageStream(message);
        }

        @Override
        public Message parse(InputStream stream) {
            throw new UnsupportedOperationException("a server reads no responses");
        }
    };

    private static final class MessageStream extends InputStream implements KnownLength, Drainable {
        private final Message message;
        private @Nullable ByteArrayInputStream joined; // only for a transport that does not drain

        MessageStream(Message message) {
            this.message = message;
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            for (XdsResource resource : message.resources()) {
                int start = resource.entryStart(message.delta());
                target.write(resource.entry(), start, resource.entry().length - start);
            }
            target.write(message.tail());
            return message.length();
        }

        @Override
        public int available() {
            return message.length();
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
