package dev.weft.xdsmodel;

import dev.weft.base.Diagnostic;
import dev.weft.xdsschema.FieldType;
import dev.weft.xdsschema.Kind;
import dev.weft.xdsschema.MessageType;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * protobuf's wire format to {@link MessageView}, by the schema. Bytes that are no message of that type are a diagnostic;
 * nothing is thrown whatever the bytes are. Field numbers of a newer schema are noted and skipped.
 */
final class WireReader {
    private final Reading reading;
    private final byte[] in;
    private int at;

    private WireReader(Reading reading, byte[] in) {
        this.reading = reading;
        this.in = in;
    }

    /** Null if the bytes could not be read; the reason is among the diagnostics then. */
    static @Nullable MessageView read(Reading reading, MessageType type, byte[] wire, String rootPath) {
        MessageView root = new MessageView(reading, type, null, rootPath);
        try {
            if (wire.length > Reading.MAX_BYTES) {
                throw new Reading.Malformed("larger than " + Reading.MAX_BYTES + " bytes");
            }
            new WireReader(reading, wire).message(root, 0, wire.length, 0);
            return root;
        } catch (Reading.Malformed e) {
            reading.add(Diagnostic.error("malformed", rootPath, "not a " + type + ": " + e.getMessage(), ""));
            return null;
        }
    }

    private void message(MessageView view, int start, int end, int depth) {
        if (depth > Reading.MAX_DEPTH) {
            throw new Reading.Malformed("nested deeper than " + Reading.MAX_DEPTH);
        }
        at = start;
        while (at < end) {
            int tag = (int) varint(end);
            int number = tag >>> 3;
            int wireType = tag & 7;
            if (number == 0) {
                throw new Reading.Malformed("field number 0");
            }
            FieldType field = view.type().field(number);
            if (field == null) {
                view.unknown(number);
                skip(wireType, number, end, depth);
            } else if (wireType == 2 && field.repeated() && field.kind().packable()) {
                int packedEnd = length(end);
                while (at < packedEnd) {
                    view.listOf(field).add(scalar(field.kind(), packedEnd));
                }
            } else if (wireType != field.kind().wireType()) {
                view.unknown(number); // as protobuf does with a type it did not expect
                skip(wireType, number, end, depth);
            } else if (field.kind() == Kind.MESSAGE) {
                submessage(view, field, length(end), depth);
            } else {
                Object value = scalar(field.kind(), end);
                if (field.repeated()) {
                    view.listOf(field).add(value);
                } else {
                    set(view, field, value);
                }
            }
        }
        at = end;
        if (view.type().fullName().equals(WellKnown.ANY)) {
            payload(view, depth);
        }
    }

    private static void set(MessageView view, FieldType field, Object value) {
        if (MessageView.isDefault(field, value)) {
            view.clear(field);
        } else {
            view.set(field, value);
        }
    }

    private void submessage(MessageView view, FieldType field, int end, int depth) {
        if (field.map()) {
            mapEntry(view, field, end, depth);
        } else if (field.repeated()) {
            MessageView child = view.child(field, field.message());
            view.listOf(field).add(child);
            message(child, at, end, depth + 1);
        } else {
            // A second occurrence is merged into the first.
            MessageView child =
                    view.value(field) instanceof MessageView known ? known : view.child(field, field.message());
            view.set(field, child);
            message(child, at, end, depth + 1);
        }
    }

    private void mapEntry(MessageView view, FieldType field, int end, int depth) {
        MessageType entryType = field.message();
        // The entry is no step of the path, so its value's parent is the message itself.
        MessageView entry = view.child(entryType, field.name());
        FieldType keyType = WellKnown.key(entryType);
        FieldType valueType = WellKnown.value(entryType);
        int start = at;
        message(entry, start, end, depth + 1);
        Object key = entry.value(keyType);
        Object value = entry.value(valueType);
        if (key == null) {
            key = WellKnown.defaultOf(keyType);
        }
        if (valueType.kind() == Kind.MESSAGE) {
            MessageView named =
                    value instanceof MessageView parsed ? parsed : view.child(valueType.message(), field.name());
            named.moveTo(view, field.name() + "[\"" + key + "\"]");
            value = named;
        } else if (value == null) {
            value = WellKnown.defaultOf(valueType);
        }
        view.mapOf(field).put(key, value);
    }

    private void payload(MessageView any, int depth) {
        MessageType type = WellKnown.anyMessage(any);
        if (type == null) {
            return;
        }
        int end = at;
        MessageView view = any.child(type, "");
        new WireReader(reading, WellKnown.anyBytes(any)).whole(view, depth + 1);
        any.payload(view);
        at = end;
    }

    private void whole(MessageView view, int depth) {
        message(view, 0, in.length, depth);
    }

    private Object scalar(Kind kind, int end) {
        return switch (kind) {
            case INT64, UINT64 -> varint(end);
            case INT32, ENUM -> (long) (int) varint(end);
            case UINT32 -> varint(end) & 0xffff_ffffL;
            case SINT32, SINT64 -> {
                long bits = varint(end);
                yield bits >>> 1 ^ -(bits & 1);
            }
            case BOOL -> varint(end) != 0;
            case FIXED32 -> fixed(4, end);
            case SFIXED32 -> (long) (int) fixed(4, end);
            case FLOAT -> (double) Float.intBitsToFloat((int) fixed(4, end));
            case FIXED64, SFIXED64 -> fixed(8, end);
            case DOUBLE -> Double.longBitsToDouble(fixed(8, end));
            case STRING -> text(length(end));
            case BYTES -> {
                int stop = length(end);
                byte[] content = java.util.Arrays.copyOfRange(in, at, stop);
                at = stop;
                yield content;
            }
            case MESSAGE, GROUP -> throw new Reading.Malformed("a group");
        };
    }

    private String text(int stop) {
        String text = new String(in, at, stop - at, StandardCharsets.UTF_8);
        if (text.indexOf('\ufffd') >= 0
                && !java.util.Arrays.equals(
                        text.getBytes(StandardCharsets.UTF_8), java.util.Arrays.copyOfRange(in, at, stop))) {
            throw new Reading.Malformed("text that is not UTF-8");
        }
        at = stop;
        return text;
    }

    private long varint(int end) {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (at >= end) {
                throw new Reading.Malformed("ends within a number");
            }
            byte b = in[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new Reading.Malformed("a number of more than ten bytes");
    }

    private long fixed(int bytes, int end) {
        if (end - at < bytes) {
            throw new Reading.Malformed("ends within a number");
        }
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << 8 | (in[at + i] & 0xff);
        }
        at += bytes;
        return value;
    }

    /** End of a length-delimited value that starts here. */
    private int length(int end) {
        long length = varint(end);
        if (length < 0 || length > end - at) {
            throw new Reading.Malformed("a length beyond its end");
        }
        return at + (int) length;
    }

    private void skip(int wireType, int number, int end, int depth) {
        switch (wireType) {
            case 0 -> varint(end);
            case 1 -> fixed(8, end);
            case 2 -> at = length(end);
            case 3 -> skipGroup(number, end, depth + 1);
            case 5 -> fixed(4, end);
            default -> throw new Reading.Malformed("wire type " + wireType);
        }
    }

    private void skipGroup(int number, int end, int depth) {
        if (depth > Reading.MAX_DEPTH) {
            throw new Reading.Malformed("nested deeper than " + Reading.MAX_DEPTH);
        }
        while (at < end) {
            int tag = (int) varint(end);
            if ((tag & 7) == 4) {
                if (tag >>> 3 != number) {
                    throw new Reading.Malformed("the end of another group");
                }
                return;
            }
            skip(tag & 7, tag >>> 3, end, depth);
        }
        throw new Reading.Malformed("a group without end");
    }
}
