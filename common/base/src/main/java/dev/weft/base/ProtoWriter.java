package dev.weft.base;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes one protobuf message. The proxy sends a dozen small message types and carries no generated class for them
 * (they cost tens of megabytes); nested messages are written first and added as bytes. Default values are left out by the
 * caller's choice of methods: {@code string} and {@code varint} skip empty and zero, as proto3 does.
 */
public final class ProtoWriter {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(64);

    public ProtoWriter string(int field, String value) {
        return value.isEmpty() ? this : bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** A length-delimited field, written even when empty: an empty nested message is not an absent one. */
    public ProtoWriter bytes(int field, byte[] value) {
        tag(field, LENGTH);
        raw(value.length);
        out.write(value, 0, value.length);
        return this;
    }

    public ProtoWriter message(int field, ProtoWriter nested) {
        return bytes(field, nested.toBytes());
    }

    public ProtoWriter varint(int field, long value) {
        return value == 0 ? this : required(field, value);
    }

    /** A varint written even when zero (a member of a oneof). */
    public ProtoWriter required(int field, long value) {
        tag(field, VARINT);
        raw(value);
        return this;
    }

    public ProtoWriter fixed64(int field, long value) {
        tag(field, FIXED64);
        for (int i = 0; i < 8; i++) {
            out.write((int) (value >>> 8 * i));
        }
        return this;
    }

    public byte[] toBytes() {
        return out.toByteArray();
    }

    private void tag(int field, int wireType) {
        raw((long) field << 3 | wireType);
    }

    private void raw(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
