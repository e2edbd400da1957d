package dev.weft.xdsmodel;

import dev.weft.base.Diagnostic;
import dev.weft.xdsschema.FieldType;
import dev.weft.xdsschema.Kind;
import dev.weft.xdsschema.MessageType;
import dev.weft.xdsschema.Schema;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * proto3 JSON to {@link MessageView}, by the schema: names in snake_case or lowerCamel, durations {@code "1.5s"}, enums by
 * name or number, {@code @type} in an Any, wrappers as their value. All problems are found, not only the first; an unknown
 * name is an error, as in Envoy.
 */
final class JsonReader {
    private JsonReader() {}

    /** The message, as far as it could be read; what could not is among the diagnostics. */
    static @Nullable MessageView read(Reading reading, MessageType type, @Nullable Object json, String rootPath) {
        MessageView root = new MessageView(reading, type, null, rootPath);
        return fill(reading, root, json, 0) ? root : null;
    }

    /** Reads into a message made already; false if nothing of it could be read. */
    static boolean fill(Reading reading, MessageView view, @Nullable Object json, int depth) {
        try {
            new JsonReader().message(view, json, depth);
            return true;
        } catch (Reading.Malformed e) {
            reading.add(Diagnostic.error("malformed", view.path(), String.valueOf(e.getMessage()), ""));
            return false;
        }
    }

    private void message(MessageView view, @Nullable Object json, int depth) {
        if (depth > Reading.MAX_DEPTH) {
            throw new Reading.Malformed("nested deeper than " + Reading.MAX_DEPTH);
        }
        String name = view.type().fullName();
        if (WellKnown.hasOwnJson(view.type()) && wellKnown(view, name, json, depth)) {
            return;
        }
        if (!(json instanceof Map<?, ?> map)) {
            wrong(view, "an object", json);
            return;
        }
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String key = (String) entry.getKey();
            if (key.equals("@type") && view.isPayload()) {
                continue;
            }
            FieldType field = view.type().fieldByJsonName(key);
            if (field == null) {
                view.error(key, "unknown-field", "no such field in " + name, "check the spelling");
            } else if (view.value(field) != null) {
                view.error(key, "duplicate-field", "given twice, as " + field.name() + " and " + field.jsonName(), "");
            } else if (entry.getValue() != null || isValue(field)) {
                field(view, field, entry.getValue(), depth);
            }
        }
    }

    private void field(MessageView view, FieldType field, @Nullable Object json, int depth) {
        if (field.map()) {
            map(view, field, json, depth);
        } else if (field.repeated()) {
            if (!(json instanceof List<?> items)) {
                wrong(view, field, "a list", json);
                return;
            }
            for (Object item : items) {
                Object value = single(view, field, item, depth);
                if (value != null) {
                    view.listOf(field).add(value);
                }
            }
        } else {
            if (field.oneof() >= 0) {
                refuseSecond(view, field);
            }
            Object value = single(view, field, json, depth);
            if (value != null && !MessageView.isDefault(field, value)) {
                view.set(field, value);
            }
        }
    }

    private static void refuseSecond(MessageView view, FieldType field) {
        for (FieldType other : view.type().fields()) {
            if (other.oneof() == field.oneof() && view.value(other) != null) {
                view.error(field.name(), "oneof", "not together with " + other.name(), "keep one of them");
            }
        }
    }

    private void map(MessageView view, FieldType field, @Nullable Object json, int depth) {
        if (!(json instanceof Map<?, ?> entries)) {
            wrong(view, field, "an object", json);
            return;
        }
        FieldType keyType = WellKnown.key(field.message());
        FieldType valueType = WellKnown.value(field.message());
        for (Map.Entry<?, ?> entry : entries.entrySet()) {
            String text = (String) entry.getKey();
            String step = field.name() + "[\"" + text + "\"]";
            Object key = keyType.kind() == Kind.STRING ? text : scalar(view, step, keyType, key(keyType, text));
            Object value;
            if (valueType.kind() == Kind.MESSAGE) {
                MessageView child = view.child(valueType.message(), step);
                message(child, entry.getValue(), depth + 1);
                value = child;
            } else {
                value = scalar(view, step, valueType, entry.getValue());
            }
            if (key != null && value != null) {
                view.mapOf(field).put(key, value);
            }
        }
    }

    private static Object key(FieldType type, String text) {
        return type.kind() == Kind.BOOL ? (Object) Boolean.valueOf(text) : text;
    }

    private @Nullable Object single(MessageView view, FieldType field, @Nullable Object json, int depth) {
        if (field.kind() == Kind.MESSAGE) {
            MessageView child = view.child(field, field.message());
            message(child, json, depth + 1);
            return child;
        }
        String step = field.name();
        if (field.repeated()) {
            step += "[" + (view.value(field) instanceof List<?> items ? items.size() : 0) + "]";
        }
        return scalar(view, step, field, json);
    }

    private @Nullable Object scalar(MessageView view, String step, FieldType field, @Nullable Object json) {
        Object value = switch (field.kind()) {
            case STRING -> json instanceof String text ? text : null;
            case BOOL -> json instanceof Boolean bool ? bool : null;
            case BYTES -> json instanceof String text ? base64(text) : null;
            case DOUBLE, FLOAT -> decimal(json);
            case ENUM -> enumeration(field, json);
            case UINT64, FIXED64 -> json instanceof String text ? unsigned(text) : whole(json, 0, Long.MAX_VALUE);
            case INT64, SINT64, SFIXED64 -> whole(json, Long.MIN_VALUE, Long.MAX_VALUE);
            case UINT32, FIXED32 -> whole(json, 0, 0xffff_ffffL);
            case INT32, SINT32, SFIXED32 -> whole(json, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case MESSAGE, GROUP -> null;
        };
        if (value == null) {
            view.error(step, "wrong-type", "must be " + wanted(field) + ", not " + shown(json), "");
        }
        return value;
    }

    private static String wanted(FieldType field) {
        return switch (field.kind()) {
            case STRING -> "a text";
            case BOOL -> "true or false";
            case BYTES -> "base64";
            case DOUBLE, FLOAT -> "a number";
            case ENUM -> "a value of " + field.enumeration().fullName();
            case UINT32, FIXED32 -> "a whole number from 0 to 4294967295";
            case UINT64, FIXED64 -> "a whole number from 0";
            default -> "a whole number";
        };
    }

    private static byte @Nullable [] base64(String text) {
        try {
            return Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable Object enumeration(FieldType field, @Nullable Object json) {
        if (json instanceof String text) {
            OptionalInt number = field.enumeration().number(text);
            return number.isPresent() ? (Object) (long) number.getAsInt() : null;
        }
        return whole(json, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private static @Nullable Object decimal(@Nullable Object json) {
        return switch (json) {
            case Long number -> (double) number;
            case Double number -> number;
            case String text -> {
                try {
                    yield switch (text) {
                        case "Infinity" -> Double.POSITIVE_INFINITY;
                        case "-Infinity" -> Double.NEGATIVE_INFINITY;
                        default -> Double.valueOf(text);
                    };
                } catch (NumberFormatException e) {
                    yield null;
                }
            }
            case null -> null;
            default -> null;
        };
    }

    private static @Nullable Object unsigned(String text) {
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable Object whole(@Nullable Object json, long least, long most) {
        long number;
        if (json instanceof Long value) {
            number = value;
        } else if (json instanceof Double value && value == Math.rint(value) && Math.abs(value) < 9e18) {
            number = value.longValue();
        } else if (json instanceof String text) {
            try {
                number = Long.parseLong(text);
            } catch (NumberFormatException e) {
                return null;
            }
        } else {
            return null;
        }
        return number < least || number > most ? null : (Object) number;
    }

    // Well-known types. True if the value has been dealt with.

    private boolean wellKnown(MessageView view, String name, @Nullable Object json, int depth) {
        if (WellKnown.isWrapper(view.type())) {
            FieldType field = view.type().fields().get(0);
            Object value = scalar(view, "", field, json);
            if (value != null && !MessageView.isDefault(field, value)) {
                view.set(field, value);
            }
            return true;
        }
        switch (name) {
            case WellKnown.DURATION -> duration(view, json);
            case WellKnown.TIMESTAMP -> timestamp(view, json);
            case WellKnown.FIELD_MASK -> fieldMask(view, json);
            case WellKnown.STRUCT -> map(view, field(view, "fields"), json, depth);
            case WellKnown.LIST_VALUE -> field(view, field(view, "values"), json, depth);
            case WellKnown.VALUE -> value(view, json, depth);
            case WellKnown.ANY -> any(view, json, depth);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static FieldType field(MessageView view, String name) {
        return Objects.requireNonNull(view.type().field(name));
    }

    private static boolean isValue(FieldType field) {
        return field.kind() == Kind.MESSAGE
                && !field.repeated()
                && field.message().fullName().equals(WellKnown.VALUE);
    }

    private void value(MessageView view, @Nullable Object json, int depth) {
        String kind = switch (json) {
            case null -> "null_value";
            case Boolean bool -> "bool_value";
            case String text -> "string_value";
            case Map<?, ?> map -> "struct_value";
            case List<?> list -> "list_value";
            default -> "number_value";
        };
        FieldType field = field(view, kind);
        if (json == null) {
            view.set(field, 0L);
        } else {
            field(view, field, json, depth);
        }
    }

    private void any(MessageView view, @Nullable Object json, int depth) {
        if (!(json instanceof Map<?, ?> map)) {
            wrong(view, "an object", json);
            return;
        }
        if (!(map.get("@type") instanceof String url) || url.isEmpty()) {
            if (!map.isEmpty()) {
                view.error("@type", "required", "must name the message", "for example type.googleapis.com/envoy…");
            }
            return;
        }
        view.set(field(view, "type_url"), url);
        MessageType type = Schema.shared().message(url.substring(url.lastIndexOf('/') + 1));
        if (type == null) {
            view.rawPayload(map);
            return;
        }
        MessageView payload = view.child(type, "");
        message(payload, WellKnown.hasOwnJson(type) ? map.get("value") : map, depth + 1);
        view.payload(payload);
    }

    private void duration(MessageView view, @Nullable Object json) {
        if (!(json instanceof String text) || !text.endsWith("s")) {
            wrong(view, "a duration such as \"1.5s\"", json);
            return;
        }
        boolean negative = text.startsWith("-");
        int dot = text.indexOf('.');
        String whole = text.substring(negative ? 1 : 0, dot < 0 ? text.length() - 1 : dot);
        String fraction = dot < 0 ? "" : text.substring(dot + 1, text.length() - 1);
        if (whole.isEmpty() || whole.length() > 12 || fraction.length() > 9 || !digits(whole) || !digits(fraction)) {
            wrong(view, "a duration such as \"1.5s\"", json);
            return;
        }
        long seconds = Long.parseLong(whole);
        long nanos = fraction.isEmpty() ? 0 : Long.parseLong(fraction + "0".repeat(9 - fraction.length()));
        seconds(view, negative ? -seconds : seconds, negative ? -nanos : nanos);
    }

    private static void seconds(MessageView view, long seconds, long nanos) {
        if (seconds != 0) {
            view.set(field(view, "seconds"), seconds);
        }
        if (nanos != 0) {
            view.set(field(view, "nanos"), nanos);
        }
    }

    private static boolean digits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private static void timestamp(MessageView view, @Nullable Object json) {
        try {
            Instant instant = Instant.parse(json instanceof String text ? text : "");
            seconds(view, instant.getEpochSecond(), instant.getNano());
        } catch (DateTimeException e) {
            wrong(view, "a time such as \"2026-01-02T03:04:05Z\"", json);
        }
    }

    private static void fieldMask(MessageView view, @Nullable Object json) {
        if (!(json instanceof String text)) {
            wrong(view, "field names with commas between", json);
            return;
        }
        for (int start = 0; start < text.length(); ) {
            int comma = text.indexOf(',', start);
            int end = comma < 0 ? text.length() : comma;
            StringBuilder name = new StringBuilder();
            for (int i = start; i < end; i++) {
                char c = text.charAt(i);
                if (Character.isUpperCase(c)) {
                    name.append('_').append(Character.toLowerCase(c));
                } else {
                    name.append(c);
                }
            }
            view.listOf(field(view, "paths")).add(name.toString());
            start = end + 1;
        }
    }

    private static void wrong(MessageView view, String wanted, @Nullable Object json) {
        view.malformed();
        view.error("", "wrong-type", "must be " + wanted + ", not " + shown(json), "");
    }

    private static void wrong(MessageView view, FieldType field, String wanted, @Nullable Object json) {
        view.error(field.name(), "wrong-type", "must be " + wanted + ", not " + shown(json), "");
    }

    private static String shown(@Nullable Object json) {
        return switch (json) {
            case null -> "null";
            case Map<?, ?> map -> "an object";
            case List<?> list -> "a list";
            case String text -> "\"" + (text.length() > 40 ? text.substring(0, 40) + "…" : text) + "\"";
            default -> json.toString();
        };
    }
}
