package dev.weft.xdsmodel;

import dev.weft.xdsschema.FieldType;
import dev.weft.xdsschema.MessageType;
import dev.weft.xdsschema.Schema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The messages of {@code google.protobuf} that have a form of their own, as plain Java values. */
final class WellKnown {
    static final String ANY = "google.protobuf.Any";
    static final String DURATION = "google.protobuf.Duration";
    static final String STRUCT = "google.protobuf.Struct";
    static final String VALUE = "google.protobuf.Value";
    static final String LIST_VALUE = "google.protobuf.ListValue";
    static final String TIMESTAMP = "google.protobuf.Timestamp";
    static final String FIELD_MASK = "google.protobuf.FieldMask";
    static final String EMPTY = "google.protobuf.Empty";

    private static final String PACKAGE = "google.protobuf.";
    private static final long MAX_SECONDS = 315_576_000_000L; // duration.proto: 10 000 years

    private WellKnown() {}

    static boolean isWrapper(MessageType type) {
        return type.fullName().startsWith(PACKAGE)
                && type.fullName().endsWith("Value")
                && type.fields().size() == 1
                && !type.fullName().equals(LIST_VALUE);
    }

    /** Whether JSON has a form for it that is no object of its fields. */
    static boolean hasOwnJson(MessageType type) {
        return type.fullName().startsWith(PACKAGE) && !type.fullName().equals(EMPTY);
    }

    static FieldType key(MessageType entry) {
        return entry.fields().get(0);
    }

    static FieldType value(MessageType entry) {
        return entry.fields().get(1);
    }

    static Object defaultOf(FieldType field) {
        return switch (field.kind()) {
            case STRING -> "";
            case BOOL -> false;
            case DOUBLE, FLOAT -> 0.0;
            case BYTES -> new byte[0];
            default -> 0L;
        };
    }

    /** An error, and zero, if it is out of protobuf's range. */
    static Duration duration(MessageView view) {
        long seconds = view.number("seconds");
        long nanos = view.number("nanos");
        if (Math.abs(seconds) > MAX_SECONDS
                || Math.abs(nanos) > 999_999_999
                || (seconds > 0 && nanos < 0)
                || (seconds < 0 && nanos > 0)) {
            view.error("", "out-of-range", "not a duration: " + seconds + " s and " + nanos + " ns", "");
            return Duration.ZERO;
        }
        return Duration.ofSeconds(seconds, nanos);
    }

    static Map<String, @Nullable Object> struct(MessageView view) {
        Map<String, @Nullable Object> plain = new LinkedHashMap<>();
        view.messageMap("fields").forEach((name, value) -> plain.put(name, plain(value)));
        return plain;
    }

    /** A {@code google.protobuf.Value}. */
    static @Nullable Object plain(MessageView value) {
        String kind = value.which("kind");
        if (kind == null) {
            return null;
        }
        return switch (kind) {
            case "number_value" -> value.decimal(kind);
            case "string_value" -> value.string(kind);
            case "bool_value" -> value.bool(kind);
            case "struct_value" -> struct(value.messageOrEmpty(kind));
            case "list_value" -> list(value.messageOrEmpty(kind));
            default -> null;
        };
    }

    static List<@Nullable Object> list(MessageView view) {
        List<@Nullable Object> plain = new ArrayList<>();
        for (MessageView item : view.messages("values")) {
            plain.add(plain(item));
        }
        return plain;
    }

    /** Full name of the message in an Any. */
    static String anyType(MessageView any) {
        String url = any.string("type_url");
        return url.substring(url.lastIndexOf('/') + 1);
    }

    /** Null if the schema does not know it. */
    static @Nullable MessageType anyMessage(MessageView any) {
        return Schema.shared().message(anyType(any));
    }

    static byte[] anyBytes(MessageView any) {
        FieldType value = Objects.requireNonNull(any.type().field("value"));
        return any.value(value) instanceof byte[] bytes ? bytes : new byte[0];
    }
}
