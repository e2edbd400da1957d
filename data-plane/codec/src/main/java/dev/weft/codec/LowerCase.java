package dev.weft.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Field names in any case, treated as if they were in lower case, eight bytes at a time. */
final class LowerCase {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final long ODD = 0x9E3779B97F4A7C15L; // 2^64 / golden ratio: spreads every bit upwards

    private LowerCase() {}

    /** The ASCII lower case of eight bytes. */
    static long lower(long word) {
        long low = word & ~HIGHS;
        long fromA = low + ONES * (0x80 - 'A'); // highest bit of a byte: it is 'A' or more
        long aboveZ = low + ONES * (0x7f - 'Z');
        return word | (fromA & ~aboveZ & ~word & HIGHS) >>> 2;
    }

    /** A hash of a name that is the same in any case. Its highest bits are the best. */
    static long hashName(byte[] bytes, int start, int end) {
        int length = end - start;
        if (length < 8) {
            return mix(length, lower(upTo7(bytes, start, length)));
        }
        long hash = length;
        for (int i = start; i < end - 8; i += 8) {
            hash = mix(hash, lower((long) LONG.get(bytes, i)));
        }
        return mix(hash, lower((long) LONG.get(bytes, end - 8)));
    }

    /**
     * A hash of a value, begun with that of its name. Of a long value only both ends and the middle count: comparing the few
     * that are equal there is cheaper than reading every value twice.
     */
    static long hashValue(long seed, byte[] bytes, int start, int end) {
        int length = end - start;
        if (length < 8) {
            return mix(seed + length, upTo7(bytes, start, length));
        }
        long hash = mix(seed + length, (long) LONG.get(bytes, start));
        if (length > 16) {
            hash = mix(hash, (long) LONG.get(bytes, start + 8));
            hash = mix(hash, (long) LONG.get(bytes, start + (length >>> 1) - 4));
            hash = mix(hash, (long) LONG.get(bytes, end - 16));
        }
        return mix(hash, (long) LONG.get(bytes, end - 8));
    }

    private static long mix(long hash, long word) {
        long product = (hash ^ word) * ODD;
        return product ^ product >>> 32;
    }

    /** A word that holds all of up to seven bytes. */
    private static long upTo7(byte[] bytes, int start, int length) {
        if (length >= 4) {
            return (int) INT.get(bytes, start) & 0xffffffffL | (long) (int) INT.get(bytes, start + length - 4) << 32;
        }
        if (length == 0) {
            return 0;
        }
        return bytes[start] & 0xff
                | (bytes[start + (length >>> 1)] & 0xff) << 8
                | (bytes[start + length - 1] & 0xff) << 16;
    }

    /** Whether a name equals one in lower case that begins at {@code lowerStart} and is as long. */
    static boolean equals(byte[] lower, int lowerStart, byte[] bytes, int start, int length) {
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            if (lower((long) LONG.get(bytes, start + i)) != (long) LONG.get(lower, lowerStart + i)) {
                return false;
            }
        }
        if (length >= 8) {
            return lower((long) LONG.get(bytes, start + length - 8)) == (long) LONG.get(lower, lowerStart + length - 8);
        }
        return lower(upTo7(bytes, start, length)) == upTo7(lower, lowerStart, length);
    }

    /** Writes a name in lower case. */
    static void copy(byte[] bytes, int start, int length, byte[] out, int at) {
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            LONG.set(out, at + i, lower((long) LONG.get(bytes, start + i)));
        }
        for (; i < length; i++) {
            byte b = bytes[start + i];
            out[at + i] = b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
        }
    }
}
