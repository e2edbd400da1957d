package dev.weft.xdsmodel;

import dev.weft.xdsschema.FieldType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@link MessageView} to proto3 JSON as plain values for {@link dev.weft.base.Json}, with the names of the .proto files as
 * Envoy's {@code /config_dump} has them. Fields marked sensitive say {@code [redacted]}.
 */
final class JsonWriter {
    private static final String REDACTED = "[redacted]";

    private final boolean redacting;

    private JsonWriter(boolean redacting) {
        this.redacting = redacting;
    }

    static @Nullable Object write(MessageView view) {
        return new JsonWriter(true).write(view, false);
    }

    /** With its secrets; for tests that read it back. */
    static @Nullable Object unredacted(MessageView view) {
        return new JsonWriter(false).write(view, false);
    }

    private @Nullable Object write(MessageView view, boolean redact) {
        String name = view.type().fullName();
        if (WellKnown.isWrapper(view.type())) {
            FieldType field = view.type().fields().get(0);
            Object value = view.value(field);
            return scalar(field, value == null ? WellKnown.defaultOf(field) : value, redact);
        }
        return switch (name) {
            case WellKnown.DURATION -> seconds(longOf(view, "seconds"), longOf(view, "nanos"));
            case WellKnown.TIMESTAMP ->
                Instant.ofEpochSecond(
                                Math.clamp(longOf(view, "seconds"), -62_135_596_800L, 253_402_300_799L),
                                longOf(view, "nanos"))
                        .toString();
            case WellKnown.FIELD_MASK -> String.join(",", paths(view));
            case WellKnown.STRUCT -> redact ? REDACTED : WellKnown.struct(view);
            case WellKnown.VALUE -> redact ? REDACTED : WellKnown.plain(view);
            case WellKnown.LIST_VALUE -> redact ? REDACTED : WellKnown.list(view);
            case WellKnown.ANY -> any(view, redact);
            default -> fields(view, new LinkedHashMap<>(), redact);
        };
    }

    private Map<String, @Nullable Object> fields(MessageView view, Map<String, @Nullable Object> into, boolean redact) {
        for (FieldType field : view.type().fields()) {
            Object value = view.value(field);
            if (value == null) {
                continue;
            }
            boolean hide = redact || (redacting && field.sensitive());
            into.put(
                    field.name(),
                    switch (value) {
                        case List<?> items -> {
                            List<@Nullable Object> list = new ArrayList<>(items.size());
                            for (Object item : items) {
                                list.add(one(field, item, hide));
                            }
                            yield list;
                        }
                        case Map<?, ?> entries -> {
                            FieldType valueType = WellKnown.value(field.message());
                            Map<String, @Nullable Object> map = new LinkedHashMap<>();
                            entries.forEach((key, item) -> map.put(String.valueOf(key), one(valueType, item, hide)));
                            yield map;
                        }
                        default -> one(field, value, hide);
                    });
        }
        return into;
    }

    private @Nullable Object one(FieldType field, Object value, boolean redact) {
        return value instanceof MessageView message ? write(message, redact) : scalar(field, value, redact);
    }

    private static Object scalar(FieldType field, Object value, boolean redact) {
        return switch (value) {
            case String text -> redact ? REDACTED : text;
            case byte[] bytes ->
                Base64.getEncoder().encodeToString(redact ? REDACTED.getBytes(StandardCharsets.UTF_8) : bytes);
            case Double number -> Double.isFinite(number) ? (Object) number : number.toString();
            case Long number ->
                switch (field.kind()) {
                    case INT64, SINT64, SFIXED64 -> number.toString();
                    case UINT64, FIXED64 -> Long.toUnsignedString(number);
                    case ENUM -> enumeration(field, number);
                    default -> number;
                };
            default -> value;
        };
    }

    private static Object enumeration(FieldType field, long number) {
        String name = field.enumeration().name((int) number);
        return name == null ? number : name;
    }

    private Map<String, @Nullable Object> any(MessageView view, boolean redact) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        if (view.rawPayload() instanceof Map<?, ?> raw) {
            raw.forEach((key, value) -> json.put(String.valueOf(key), value));
            return json;
        }
        Object url = valueOf(view, "type_url");
        if (url == null) {
            return json;
        }
        json.put("@type", url);
        MessageView payload = view.payload();
        if (payload == null) {
            byte[] opaque = WellKnown.anyBytes(view);
            if (opaque.length > 0) {
                json.put("value", Base64.getEncoder().encodeToString(opaque));
            }
        } else if (WellKnown.hasOwnJson(payload.type())) {
            json.put("value", write(payload, redact));
        } else {
            fields(payload, json, redact);
        }
        return json;
    }

    private static String seconds(long seconds, long nanos) {
        String sign = seconds < 0 || nanos < 0 ? "-" : "";
        String whole = sign + Long.toUnsignedString(Math.abs(seconds));
        if (nanos == 0) {
            return whole + "s";
        }
        String digits =
                Long.toString(1_000_000_000L + Math.abs(nanos % 1_000_000_000L)).substring(1);
        int keep = digits.endsWith("000000") ? 3 : digits.endsWith("000") ? 6 : 9;
        return whole + "." + digits.substring(0, keep) + "s";
    }

    private static List<String> paths(MessageView view) {
        Object value = valueOf(view, "paths");
        List<String> names = new ArrayList<>();
        if (value instanceof List<?> items) {
            items.forEach(item -> names.add(camel(String.valueOf(item))));
        }
        return names;
    }

    private static String camel(String path) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            out.append(c == '_' && ++i < path.length() ? Character.toUpperCase(path.charAt(i)) : c);
        }
        return out.toString();
    }

    private static long longOf(MessageView view, String name) {
        return valueOf(view, name) instanceof Long number ? number : 0;
    }

    private static @Nullable Object valueOf(MessageView view, String name) {
        FieldType field = view.type().field(name);
        return field == null ? null : view.value(field);
    }
}
