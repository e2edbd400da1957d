package dev.weft.codec;

import dev.weft.http.Ascii;
import java.util.Arrays;

/**
 * Names the encoder knows: those of the static table and some more, each with how fields of that name are sent. Found by
 * one probe or two in a table keyed by {@link LowerCase#hashName}.
 */
final class HpackNames {
    /** Entered in the dynamic table while that pays; any name not listed here, too. */
    static final int TRY = 0;

    /** Not entered: the value changes with nearly every message and would only drive out others. */
    static final int PLAIN = 1;

    /** Never to be entered by anyone on the way: a secret that could be guessed through the table (RFC 7541 §7.1.3). */
    static final int NEVER = 2;

    /** A cookie: {@link #NEVER} while it is so short that it could be guessed. */
    static final int COOKIE = 3;

    /** A path: {@link #PLAIN} if it has a query, which differs from one to the next and may hold secrets. */
    static final int PATH = 4;

    private static final int SLOTS = 256; // sparse: most names are found, or found missing, by the first probe

    private static final String[] PLAIN_NAMES = {
        "age",
        "content-length",
        "content-range",
        "etag",
        "expires",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "last-modified",
        "location",
        "range",
        "grpc-timeout",
        "traceparent",
        "x-b3-spanid",
        "x-b3-traceid",
        "x-envoy-upstream-service-time",
        "x-request-id"
    };

    private static final byte[][] NAMES = new byte[SLOTS][];
    private static final short[] FOUND = new short[SLOTS]; // static index, and the way of sending << 8

    static {
        for (int i = HpackStatic.END - 1; i > 0; i--) { // backwards: the first entry of a name remains
            byte[] name = new byte[HpackStatic.nameLength(i)];
            System.arraycopy(HpackStatic.bytes(), HpackStatic.start(i), name, 0, name.length);
            FOUND[slot(name)] = (short) i;
        }
        for (String name : PLAIN_NAMES) {
            FOUND[slot(Ascii.bytes(name))] |= PLAIN << 8;
        }
        FOUND[slot(Ascii.bytes("authorization"))] |= NEVER << 8;
        FOUND[slot(Ascii.bytes("proxy-authorization"))] |= NEVER << 8;
        FOUND[slot(Ascii.bytes("set-cookie"))] |= NEVER << 8;
        FOUND[slot(Ascii.bytes("cookie"))] |= COOKIE << 8;
        FOUND[slot(Ascii.bytes(":path"))] |= PATH << 8;
    }

    private HpackNames() {}

    private static int slot(byte[] name) {
        int slot = (int) (LowerCase.hashName(name, 0, name.length) >>> 56);
        while (NAMES[slot] != null && !Arrays.equals(NAMES[slot], name)) {
            slot = slot + 1 & SLOTS - 1;
        }
        NAMES[slot] = name;
        return slot;
    }

    /** Static index of a name (0: none) and, above its eight bits, how fields of that name are sent. */
    static int find(long hash, byte[] bytes, int start, int end) {
        int slot = (int) (hash >>> 56);
        for (byte[] name = NAMES[slot]; name != null; name = NAMES[slot]) {
            if (name.length == end - start && LowerCase.equals(name, 0, bytes, start, name.length)) {
                return FOUND[slot];
            }
            slot = slot + 1 & SLOTS - 1;
        }
        return 0;
    }
}
