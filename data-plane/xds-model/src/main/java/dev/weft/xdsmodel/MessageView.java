package dev.weft.xdsmodel;

import dev.weft.base.Diagnostic;
import dev.weft.xdsschema.FieldType;
import dev.weft.xdsschema.Kind;
import dev.weft.xdsschema.MessageType;
import dev.weft.xdsschema.Schema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message as it was received, of any type of the schema: a value per field, and a note of which fields a parser asked
 * for, so that the rest can be reported by path. Built by {@link WireReader} or {@link JsonReader}, then read by one thread.
 *
 * <p>Values are Long (integers and enum numbers; unsigned 64 bit as is), Double, Boolean, String, byte[], MessageView, a List
 * of these, or a Map for a map field. A field without presence that holds its default is absent, as on the wire.
 */
public final class MessageView {
    private static final int WORD = 64;

    private final Reading reading;
    private final MessageType type;
    private @Nullable MessageView parent;
    private String step; // how the parent names this: "filter_chains[0]"; of the root its whole path
    private final @Nullable Object[] values;
    private final long[] asked;
    private boolean malformed;
    private @Nullable List<Integer> unknownNumbers;
    private @Nullable MessageView payload; // of an Any whose type the schema knows
    private @Nullable Object rawPayload; // of an Any in JSON whose type it does not know

    MessageView(Reading reading, MessageType type, @Nullable MessageView parent, String step) {
        this.reading = reading;
        this.type = type;
        this.parent = parent;
        this.step = step;
        int fields = type.fields().size();
        this.values = new Object[fields];
        this.asked = new long[(fields + WORD - 1) / WORD];
    }

    /** Reads wire bytes of a message of the schema; every problem is in the result, nothing is thrown. */
    public static Parsed<MessageView> parse(String messageName, byte[] wire) {
        Reading reading = new Reading(Reading.Mode.DYNAMIC);
        MessageView view = WireReader.read(reading, Schema.shared().require(messageName), wire, "");
        return reading.result(view);
    }

    /** As proto3 JSON with Envoy's snake_case names, as in its {@code /config_dump}; secrets are redacted. */
    public @Nullable Object toJson() {
        return JsonWriter.write(this);
    }

    public MessageType type() {
        return type;
    }

    /** Notes that this could not be read and that it was said; its value means nothing. */
    void malformed() {
        malformed = true;
    }

    boolean isMalformed() {
        return malformed;
    }

    /** Where this is: {@code static_resources.listeners[0].filter_chains[1]}. */
    public String path() {
        if (parent == null) {
            return step;
        }
        String above = parent.path();
        if (step.isEmpty()) {
            return above; // what an Any holds is where the Any is
        }
        return above.isEmpty() ? step : above + (step.startsWith("[") ? "" : ".") + step;
    }

    // Building, by the readers.

    Reading reading() {
        return reading;
    }

    @Nullable
    Object value(FieldType field) {
        return values[field.index()];
    }

    void set(FieldType field, Object value) {
        if (field.oneof() >= 0) {
            for (FieldType other : type.fields()) {
                if (other.oneof() == field.oneof()) {
                    values[other.index()] = null; // the last one wins
                }
            }
        }
        values[field.index()] = value;
    }

    void clear(FieldType field) {
        values[field.index()] = null;
    }

    /** A new place: a map's value is read within its entry, which is no step of a path. */
    void moveTo(MessageView newParent, String newStep) {
        parent = newParent;
        step = newStep;
    }

    List<Object> listOf(FieldType field) {
        @SuppressWarnings("unchecked")
        List<Object> list = (List<Object>) values[field.index()];
        if (list == null) {
            list = new ArrayList<>(2);
            values[field.index()] = list;
        }
        return list;
    }

    Map<Object, Object> mapOf(FieldType field) {
        @SuppressWarnings("unchecked")
        Map<Object, Object> map = (Map<Object, Object>) values[field.index()];
        if (map == null) {
            map = new LinkedHashMap<>();
            values[field.index()] = map;
        }
        return map;
    }

    MessageView child(FieldType field, MessageType childType) {
        String name = field.name();
        if (field.repeated()) {
            Object list = values[field.index()];
            name += "[" + (list instanceof List<?> items ? items.size() : 0) + "]";
        }
        return child(childType, name);
    }

    MessageView child(MessageType childType, String childStep) {
        reading.countNode();
        return new MessageView(reading, childType, this, childStep);
    }

    void unknown(int number) {
        if (unknownNumbers == null) {
            unknownNumbers = new ArrayList<>(1);
        }
        if (!unknownNumbers.contains(number)) {
            unknownNumbers.add(number);
        }
    }

    List<Integer> unknownNumbers() {
        return unknownNumbers == null ? List.of() : unknownNumbers;
    }

    void payload(MessageView view) {
        payload = view;
    }

    /** Whether this is what an Any holds. */
    boolean isPayload() {
        return step.isEmpty() && parent != null && parent.isMessageOf(WellKnown.ANY);
    }

    void rawPayload(Object json) {
        rawPayload = json;
    }

    @Nullable
    MessageView payload() {
        return payload;
    }

    @Nullable
    Object rawPayload() {
        return rawPayload;
    }

    boolean isAsked(FieldType field) {
        return (asked[field.index() / WORD] >>> (field.index() % WORD) & 1) != 0;
    }

    // Asking, by the parsers. A name the schema does not have is a mistake in the parser.

    private FieldType ask(String name) {
        FieldType field = type.field(name);
        if (field == null) {
            throw new IllegalArgumentException(type + " has no field " + name);
        }
        asked[field.index() / WORD] |= 1L << (field.index() % WORD);
        return field;
    }

    boolean has(String name) {
        return values[ask(name).index()] != null;
    }

    String string(String name) {
        return values[ask(name).index()] instanceof String text ? text : "";
    }

    boolean bool(String name) {
        return Boolean.TRUE.equals(values[ask(name).index()]);
    }

    /** A BoolValue, or what holds without it. */
    boolean bool(String name, boolean absent) {
        Object value = wrapped(name);
        return wrapperPresent(name) ? Boolean.TRUE.equals(value) : absent;
    }

    long number(String name) {
        return values[ask(name).index()] instanceof Long number ? number : 0;
    }

    double decimal(String name) {
        return values[ask(name).index()] instanceof Double number ? number : 0;
    }

    /** A UInt32Value or UInt64Value, or what holds without it. */
    long number(String name, long absent) {
        Object value = wrapped(name);
        return value instanceof Long number ? number : wrapperPresent(name) ? 0 : absent;
    }

    /** A DoubleValue, or what holds without it. */
    double decimal(String name, double absent) {
        return wrapped(name) instanceof Double number ? number : wrapperPresent(name) ? 0 : absent;
    }

    /** A UInt32Value; null without it. Numbers above 2³¹−1 are cut to that. */
    @Nullable
    Integer integerOrNull(String name) {
        return wrapperPresent(name) ? (Integer) (int) Math.min(Integer.MAX_VALUE, number(name, 0)) : null;
    }

    private boolean wrapperPresent(String name) {
        return values[ask(name).index()] instanceof MessageView;
    }

    private @Nullable Object wrapped(String name) {
        return values[ask(name).index()] instanceof MessageView wrapper ? wrapper.values[0] : null;
    }

    Duration duration(String name, Duration absent) {
        Duration value = durationOrNull(name);
        return value == null ? absent : value;
    }

    @Nullable
    Duration durationOrNull(String name) {
        return values[ask(name).index()] instanceof MessageView view ? WellKnown.duration(view) : null;
    }

    /** The number's name; a number the enum does not define gives its digits. */
    String enumName(String name) {
        FieldType field = ask(name);
        long number = values[field.index()] instanceof Long value ? value : 0;
        String known = field.enumeration().name((int) number);
        return known == null ? Long.toString(number) : known;
    }

    /** The constant of the same name; an error if there is none, and the first constant. */
    <E extends Enum<E>> E choice(String name, E[] constants) {
        String wanted = enumName(name);
        for (E constant : constants) {
            if (constant.name().equals(wanted)) {
                return constant;
            }
        }
        error(name, "unsupported-value", wanted + " is not supported", "use one of " + List.of(constants));
        return constants[0];
    }

    /** Name of the field of this oneof that is set; null when none is. All its fields count as asked for. */
    @Nullable
    String which(String oneof) {
        String found = null;
        for (FieldType field : type.fields()) {
            if (field.oneof() >= 0 && type.oneofs().get(field.oneof()).name().equals(oneof)) {
                ask(field.name());
                if (values[field.index()] != null) {
                    found = field.name();
                }
            }
        }
        return found;
    }

    @Nullable
    MessageView message(String name) {
        return values[ask(name).index()] instanceof MessageView view ? view : null;
    }

    /** The message, or an empty one in its place. */
    MessageView messageOrEmpty(String name) {
        MessageView view = message(name);
        return view != null ? view : new MessageView(reading, ask(name).message(), this, name);
    }

    List<MessageView> messages(String name) {
        return list(name, MessageView.class);
    }

    List<String> strings(String name) {
        return list(name, String.class);
    }

    List<Long> numbers(String name) {
        return list(name, Long.class);
    }

    private <T> List<T> list(String name, Class<T> element) {
        if (!(values[ask(name).index()] instanceof List<?> items)) {
            return List.of();
        }
        List<T> typed = new ArrayList<>(items.size());
        for (Object item : items) {
            typed.add(element.cast(item));
        }
        return typed;
    }

    /** A map with text keys and messages. */
    Map<String, MessageView> messageMap(String name) {
        Map<String, MessageView> typed = new LinkedHashMap<>();
        if (values[ask(name).index()] instanceof Map<?, ?> map) {
            map.forEach((key, value) -> typed.put((String) key, (MessageView) value));
        }
        return typed;
    }

    /** A Struct as plain maps, lists, texts, Doubles and Booleans; empty without it. */
    Map<String, @Nullable Object> struct(String name) {
        return values[ask(name).index()] instanceof MessageView view ? WellKnown.struct(view) : Map.of();
    }

    /** Bytes; empty without them. */
    byte[] bytes(String name) {
        return values[ask(name).index()] instanceof byte[] content ? content : new byte[0];
    }

    /** Full name of what an Any holds. */
    String anyType() {
        return WellKnown.anyType(this);
    }

    /** Counts all fields, and all below, as asked for. */
    void askAll() {
        for (FieldType field : type.fields()) {
            Object value = values[ask(field.name()).index()];
            if (value instanceof MessageView view) {
                view.askAll();
            } else if (value instanceof List<?> items) {
                items.forEach(MessageView::askAllOf);
            } else if (value instanceof Map<?, ?> entries) {
                entries.values().forEach(MessageView::askAllOf);
            }
        }
        if (payload != null) {
            payload.askAll();
        }
    }

    private static void askAllOf(Object item) {
        if (item instanceof MessageView view) {
            view.askAll();
        }
    }

    /** Whether no field is set. */
    boolean isEmpty() {
        for (Object value : values) {
            if (value != null) {
                return false;
            }
        }
        return true;
    }

    // Problems.

    /** Path of one of its fields. */
    String path(String field) {
        String own = path();
        return own.isEmpty() ? field : own + "." + field;
    }

    void error(String field, String code, String problem, String hint) {
        reading.add(Diagnostic.error(code, field.isEmpty() ? path() : path(field), problem, hint));
    }

    void warning(String field, String code, String problem, String hint) {
        reading.add(Diagnostic.warning(code, field.isEmpty() ? path() : path(field), problem, hint));
    }

    boolean isMessageOf(String fullName) {
        return type.fullName().equals(fullName);
    }

    /** {@code Cluster(3 fields)}: for debugging only. */
    @Override
    public String toString() {
        int set = 0;
        for (Object value : values) {
            set += value != null ? 1 : 0;
        }
        return type.fullName() + "(" + set + " fields)";
    }

    /** Whether a value is a default that a field without presence does not keep. */
    static boolean isDefault(FieldType field, Object value) {
        if (field.hasPresence() || field.repeated() || field.kind() == Kind.MESSAGE) {
            return false;
        }
        return value instanceof Long number && number == 0
                || value instanceof Double decimal
                        && Double.doubleToRawLongBits(decimal) == 0 // -0.0 is kept, as protobuf does
                || value instanceof Boolean bool && !bool
                || value instanceof String text && text.isEmpty()
                || value instanceof byte[] content && content.length == 0;
    }
}
