package dev.weft.base;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes the little DER (X.690) that keys and certificate requests need. Each method returns one whole element. */
public final class Der {
    private Der() {}

    /** Tag, definite length, content. */
    public static byte[] element(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else {
            int octets = (32 - Integer.numberOfLeadingZeros(length) + 7) / 8;
            out.write(0x80 | octets);
            for (int i = octets - 1; i >= 0; i--) {
                out.write(length >> (8 * i));
            }
        }
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    public static byte[] sequence(byte[]... elements) {
        return element(0x30, elements);
    }

    /** DER orders the elements of a SET OF; callers here have one at most. */
    public static byte[] setOf(byte[] element) {
        return element(0x31, element);
    }

    /** A non-negative number below 128. */
    public static byte[] integer(int value) {
        if (value < 0 || value > 127) {
            throw new IllegalArgumentException("not a small number: " + value);
        }
        return element(0x02, new byte[] {(byte) value});
    }

    public static byte[] bool(boolean value) {
        return element(0x01, new byte[] {(byte) (value ? 0xff : 0)});
    }

    public static byte[] nullValue() {
        return element(0x05);
    }

    public static byte[] octetString(byte[] content) {
        return element(0x04, content);
    }

    /** A bit string of whole octets. */
    public static byte[] bitString(byte[] content) {
        return element(0x03, new byte[] {0}, content);
    }

    /** Dotted form, e.g. {@code 1.2.840.113549.1.9.14}. */
    public static byte[] oid(String dotted) {
        String[] arcs = dotted.split("\\.", -1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        base128(out, Integer.parseInt(arcs[0]) * 40 + Integer.parseInt(arcs[1]));
        for (String arc : Arrays.asList(arcs).subList(2, arcs.length)) {
            base128(out, Integer.parseInt(arc));
        }
        return element(0x06, out.toByteArray());
    }

    private static void base128(ByteArrayOutputStream out, int value) {
        for (int shift = 28; shift > 0; shift -= 7) {
            if (value >>> shift != 0) {
                out.write(value >>> shift & 0x7f | 0x80);
            }
        }
        out.write(value & 0x7f);
    }

    /** A context-specific element, [n]: constructed with elements inside, or primitive with bare content. */
    public static byte[] context(int number, boolean constructed, byte[]... parts) {
        return element((constructed ? 0xa0 : 0x80) | number, parts);
    }

    public static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
