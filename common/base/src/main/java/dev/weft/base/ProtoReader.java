package dev.weft.base;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads the fields of one protobuf message in order: {@code while (next()) switch (field())}. A field that is not asked
 * for is skipped. Bytes come from a peer: whatever is malformed throws {@link ProtoException}, nothing else. Confined to
 * its caller's thread.
 */
public final class ProtoReader {
    /** The bytes are not a protobuf message. */
    public static final class ProtoException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public ProtoException(String message) {
            super(message);
        }
    }

    private final byte[] data;
    private final int end;
    private int at;
    private int field;
    private int wireType;
    private boolean pending; // a tag was read and its value was not

    public ProtoReader(byte[] data) {
        this(data, 0, data.length);
    }

    private ProtoReader(byte[] data, int start, int end) {
        this.data = data;
        this.at = start;
        this.end = end;
    }

    /** Moves to the next field; false at the end of the message. */
    public boolean next() {
        if (pending) {
            skip();
        }
        if (at == end) {
            return false;
        }
        long tag = varint();
        field = (int) (tag >>> 3);
        wireType = (int) tag & 7;
        if (field <= 0 || tag >>> 32 != 0) {
            throw new ProtoException("bad field number");
        }
        pending = true;
        return true;
    }

    /** The number of the field {@link #next} found. */
    public int field() {
        return field;
    }

    /** The field's value, a varint. */
    public long number() {
        expect(0);
        return varint();
    }

    public boolean bool() {
        return number() != 0;
    }

    /** The field's value, a double. */
    public double real() {
        expect(1);
        return Double.longBitsToDouble(fixed64());
    }

    /** A copy of the field's bytes. */
    public byte[] bytes() {
        int length = length();
        byte[] value = Arrays.copyOfRange(data, at, at + length);
        at += length;
        return value;
    }

    public String string() {
        int length = length();
        try {
            String value = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(data, at, length))
                    .toString();
            at += length;
            return value;
        } catch (CharacterCodingException e) {
            throw new ProtoException("string is not UTF-8");
        }
    }

    /** The field's value, a message: a view of the same bytes. */
    public ProtoReader message() {
        int length = length();
        ProtoReader nested = new ProtoReader(data, at, at + length);
        at += length;
        return nested;
    }

    private int length() {
        expect(2);
        long length = varint();
        if (length < 0 || length > end - at) {
            throw new ProtoException("field " + field + " is longer than its message");
        }
        return (int) length;
    }

    private void expect(int type) {
        if (wireType != type) {
            throw new ProtoException("field " + field + " has wire type " + wireType + " instead of " + type);
        }
        pending = false;
    }

    private void skip() {
        switch (wireType) {
            case 0 -> varint();
            case 1 -> fixed64();
            case 2 -> {
                int length = length();
                at += length;
            }
            case 5 -> {
                if (end - at < 4) {
                    throw new ProtoException("message ends within a field");
                }
                at += 4;
            }
            default -> throw new ProtoException("unknown wire type " + wireType);
        }
        pending = false;
    }

    private long fixed64() {
        if (end - at < 8) {
            throw new ProtoException("message ends within a field");
        }
        long value = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).getLong(at);
        at += 8;
        return value;
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at == end) {
                throw new ProtoException("message ends within a number");
            }
            byte b = data[at++];
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new ProtoException("number longer than 64 bits");
    }
}
