package dev.weft.xdsmodel;

import dev.weft.xdsschema.FieldType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Writes a {@link MessageView} in protobuf's wire format: the other half of a round trip. */
final class WireWriter {
    private WireWriter() {}

    static byte[] write(MessageView view) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (FieldType field : view.type().fields()) {
            Object value = view.value(field);
            if (value instanceof List<?> items) {
                if (field.kind().packable()) {
                    ByteArrayOutputStream packed = new ByteArrayOutputStream();
                    items.forEach(item -> scalar(packed, field, item));
                    varint(out, (long) field.number() << 3 | 2);
                    bytes(out, packed.toByteArray());
                } else {
                    items.forEach(item -> field(out, field, item));
                }
            } else if (value instanceof Map<?, ?> entries) {
                entries.forEach((key, item) -> {
                    ByteArrayOutputStream entry = new ByteArrayOutputStream();
                    field(entry, WellKnown.key(field.message()), key);
                    field(entry, WellKnown.value(field.message()), item);
                    varint(out, (long) field.number() << 3 | 2);
                    bytes(out, entry.toByteArray());
                });
            } else if (value != null) {
                field(out, field, value);
            }
        }
        if (view.payload() != null) {
            varint(out, 2 << 3 | 2);
            bytes(out, write(view.payload()));
        }
        return out.toByteArray();
    }

    private static void field(ByteArrayOutputStream out, FieldType field, Object value) {
        varint(out, (long) field.number() << 3 | field.kind().wireType());
        scalar(out, field, value);
    }

    private static void scalar(ByteArrayOutputStream out, FieldType field, Object value) {
        switch (field.kind()) {
            case STRING -> bytes(out, ((String) value).getBytes(StandardCharsets.UTF_8));
            case BYTES -> bytes(out, (byte[]) value);
            case MESSAGE -> bytes(out, write((MessageView) value));
            case BOOL -> out.write((Boolean) value ? 1 : 0);
            case DOUBLE -> fixed(out, 8, Double.doubleToRawLongBits((Double) value));
            case FLOAT -> fixed(out, 4, Float.floatToRawIntBits(((Double) value).floatValue()));
            case FIXED64, SFIXED64 -> fixed(out, 8, (Long) value);
            case FIXED32, SFIXED32 -> fixed(out, 4, (Long) value);
            case SINT32, SINT64 -> varint(out, ((Long) value << 1) ^ ((Long) value >> 63));
            default -> varint(out, (Long) value);
        }
    }

    private static void fixed(ByteArrayOutputStream out, int bytes, long bits) {
        out.write(
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(bits)
                        .array(),
                0,
                bytes);
    }

    private static void bytes(ByteArrayOutputStream out, byte[] content) {
        varint(out, content.length);
        out.writeBytes(content);
    }

    static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /** A message with one field of raw content. */
    static byte[] field(int number, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        varint(out, (long) number << 3 | 2);
        bytes(out, content);
        return out.toByteArray();
    }
}
