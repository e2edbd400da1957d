package dev.weft.upstream;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpVersion;
import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.HeaderValueOption;
import dev.weft.xdsmodel.HealthCheck;
import dev.weft.xdsmodel.LbEndpoint;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The request a check over HTTP consists of. In all texts each character stands for a byte.
 *
 * @param fields names and values in order
 * @param body empty = none
 */
record CheckRequest(
        String method, String path, String authority, List<Field> fields, HttpVersion version, String body) {
    /** As Envoy's, so that what an application makes of it stays the same. */
    private static final Field USER_AGENT = new Field("user-agent", "Envoy/HC");

    private static final String GRPC_PATH = "/grpc.health.v1.Health/Check";
    private static final int FIELD_SERVICE = 1 << 3 | 2; // HealthCheckRequest.service = 1, length-delimited

    record Field(String name, String value) {}

    CheckRequest {
        fields = List.copyOf(fields);
    }

    static CheckRequest of(HealthCheck.Http check, LbEndpoint endpoint, String cluster) {
        List<Field> fields = new ArrayList<>(List.of(USER_AGENT));
        fields.removeIf(field -> check.headersToRemove().contains(field.name()));
        add(check.headersToAdd(), fields);
        return new CheckRequest(
                check.method(),
                check.path(),
                authority(endpoint, check.host(), cluster),
                fields,
                check.http2() ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1,
                "");
    }

    static CheckRequest of(HealthCheck.Grpc check, LbEndpoint endpoint, String cluster) {
        List<Field> fields = new ArrayList<>(
                List.of(new Field("te", "trailers"), new Field("content-type", "application/grpc"), USER_AGENT));
        add(check.initialMetadata(), fields);
        return new CheckRequest(
                "POST",
                GRPC_PATH,
                authority(endpoint, check.authority(), cluster),
                fields,
                HttpVersion.HTTP_2,
                grpcMessage(check.service()));
    }

    private static String authority(LbEndpoint endpoint, String configured, String cluster) {
        String own = endpoint.healthCheck().hostname();
        return !own.isEmpty() ? own : configured.isEmpty() ? cluster : configured;
    }

    private static void add(List<HeaderValueOption> options, List<Field> fields) {
        for (HeaderValueOption option : options) {
            if (option.value().isEmpty() && !option.keepEmptyValue()) {
                continue;
            }
            boolean present = fields.stream().anyMatch(field -> field.name().equals(option.name()));
            boolean wanted = switch (option.appendAction()) {
                case APPEND_IF_EXISTS_OR_ADD, OVERWRITE_IF_EXISTS_OR_ADD -> true;
                case ADD_IF_ABSENT -> !present;
                case OVERWRITE_IF_EXISTS -> present;
            };
            if (wanted) {
                if (option.appendAction() != HeaderValueOption.AppendAction.APPEND_IF_EXISTS_OR_ADD) {
                    fields.removeIf(field -> field.name().equals(option.name()));
                }
                fields.add(new Field(option.name(), option.value().replace("%%", "%")));
            }
        }
    }

    /** A frame with {@code HealthCheckRequest{service}}: not compressed, four bytes of length. */
    private static String grpcMessage(String service) {
        byte[] name = service.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        if (name.length > 0) {
            message.write(FIELD_SERVICE);
            int rest = name.length;
            for (; rest >= 0x80; rest >>>= 7) {
                message.write(rest | 0x80);
            }
            message.write(rest);
            message.writeBytes(name);
        }
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(0);
        for (int shift = 24; shift >= 0; shift -= 8) {
            frame.write(message.size() >>> shift);
        }
        frame.writeBytes(message.toByteArray());
        return frame.toString(StandardCharsets.ISO_8859_1);
    }

    /** The head of one more request. */
    RequestHead head() {
        byte[] line = Ascii.bytes(method + path + authority);
        RequestHead head = new RequestHead(line.length + 256);
        HeaderBlock block = head.headers();
        int start = block.reserve(line.length);
        System.arraycopy(line, 0, block.bytes(), start, line.length);
        block.advance(line.length);
        int target = start + method.length();
        int host = target + path.length();
        head.method(start, target);
        head.target(target, host);
        head.authority(host, start + line.length);
        head.version(version);
        for (Field field : fields) {
            block.add(Ascii.bytes(field.name()), Ascii.bytes(field.value()));
        }
        return head;
    }
}
