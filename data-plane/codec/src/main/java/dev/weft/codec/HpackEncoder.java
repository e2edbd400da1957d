package dev.weft.codec;

import dev.weft.http.Ascii;
import java.util.Arrays;

/**
 * Encodes the header blocks of one connection (RFC 7541); allocates nothing once its table has grown. Names are written in
 * lower case, whatever they came in.
 *
 * <p>What goes where: a field of the static or dynamic table is one or two bytes. A new field is entered in the dynamic
 * table, unless {@link HpackNames} says that its value is a secret or changes all the time, or it would fill half of the
 * table, or values of that name have missed too often of late: then it is tried again only now and then, so that a header
 * nobody knows, with a new value in every request, cannot drive out what repeats. A custom name is entered at least once,
 * so that later fields can refer to it.
 *
 * <p>Huffman coding is a choice: it makes what is not in a table a quarter shorter and costs time on both sides.
 *
 * <p>Confined to the loop of its connection.
 */
final class HpackEncoder {
    /** A table size of the peer's beyond this is not used: more entries help little and every connection has them. */
    static final int MAX_TABLE = 4096;

    /** Bytes beyond name and value that a field may take: three integers. */
    private static final int ROOM = 16;

    /** Shorter cookies could be guessed (nghttp2 draws the line there, too). */
    private static final int SHORT_COOKIE = 20;

    /** Misses beyond hits after which values of a name are entered only once in {@link #RETRY} times. */
    private static final int MANY_MISSES = 8;

    private static final int RETRY = 16;
    private static final int NAME_SLOTS = 32;
    private static final int[] NO_NUMBERS = {};
    private static final byte[] NO_BYTES = {};

    private static final int INCREMENTAL = 0x40;
    private static final int PLAIN = 0x00;
    private static final int NEVER = 0x10;

    private static final byte[] PATH_NAME = Ascii.bytes(":path");
    private static final byte[] METHOD_NAME = Ascii.bytes(":method");
    private static final byte[] AUTHORITY_NAME = Ascii.bytes(":authority");
    private static final byte[] STATUS_NAME = Ascii.bytes(":status");
    private static final long PATH_HASH = LowerCase.hashName(PATH_NAME, 0, PATH_NAME.length);
    private static final long METHOD_HASH = LowerCase.hashName(METHOD_NAME, 0, METHOD_NAME.length);
    private static final long AUTHORITY_HASH = LowerCase.hashName(AUTHORITY_NAME, 0, AUTHORITY_NAME.length);
    private static final long STATUS_HASH = LowerCase.hashName(STATUS_NAME, 0, STATUS_NAME.length);

    private final boolean huffman;
    private final int limit;
    private final HpackTable table;
    private final HpackIndex index;
    private final byte[] digits = new byte[3];

    // By a hash of the name; two names that share a slot only make a worse guess. Arrays come with the first entry.
    private byte[] misses = NO_BYTES;
    private int[] lastOfName = NO_NUMBERS; // entry added last under that name, for a name the static table lacks

    private OutArray out = new OutArray(0);
    private int smallestSize; // table size to be announced first, if it is less than the final one
    private int announcedSize = 4096; // RFC 9113 §6.5.2: what the peer's table begins with

    /**
     * @param maxTableSize most bytes of dynamic table to use, up to {@link #MAX_TABLE}; 0 makes do with the static table
     * @param huffman whether values are Huffman coded where that makes them shorter
     */
    HpackEncoder(int maxTableSize, boolean huffman) {
        this.huffman = huffman;
        this.limit = Math.min(maxTableSize, MAX_TABLE);
        this.table = new HpackTable(limit);
        this.index = new HpackIndex(table);
        this.smallestSize = limit;
    }

    /** The peer's SETTINGS_HEADER_TABLE_SIZE, announced back by the next block. */
    void maxTableSize(int size) {
        table.maxSize(Math.min(size, limit));
        smallestSize = Math.min(smallestSize, table.maxSize());
    }

    /** Begins a block, to be appended to {@code target}. */
    void begin(OutArray target) {
        out = target;
        if (table.maxSize() != announcedSize || smallestSize < announcedSize) {
            if (smallestSize < table.maxSize()) {
                sizeUpdate(smallestSize); // RFC 7541 §4.2: the peer has to evict as we did
            }
            sizeUpdate(table.maxSize());
            announcedSize = table.maxSize();
        }
        smallestSize = announcedSize;
    }

    private void sizeUpdate(int size) {
        int at = out.room(ROOM);
        out.length(integer(out.bytes(), at, 0x20, 0x1f, size));
    }

    /** Writes {@code :status}. */
    void status(int status) {
        int known = switch (status) {
            case 200 -> 8;
            case 204 -> 9;
            case 206 -> 10;
            case 304 -> 11;
            case 400 -> 12;
            case 404 -> 13;
            case 500 -> 14;
            default -> 0;
        };
        if (known != 0) {
            indexed(known);
            return;
        }
        digits[0] = (byte) ('0' + status / 100);
        digits[1] = (byte) ('0' + status / 10 % 10);
        digits[2] = (byte) ('0' + status % 10);
        repeating(HpackStatic.STATUS, STATUS_HASH, STATUS_NAME, 0, STATUS_NAME.length, digits, 0, 3);
    }

    /** Writes {@code :method}. */
    void method(byte[] bytes, int start, int end) {
        if (end - start == 3 && bytes[start] == 'G' && bytes[start + 1] == 'E' && bytes[start + 2] == 'T') {
            indexed(HpackStatic.METHOD);
        } else if (end - start == 4
                && bytes[start] == 'P'
                && bytes[start + 1] == 'O'
                && bytes[start + 2] == 'S'
                && bytes[start + 3] == 'T') {
            indexed(HpackStatic.METHOD + 1);
        } else {
            repeating(HpackStatic.METHOD, METHOD_HASH, METHOD_NAME, 0, METHOD_NAME.length, bytes, start, end);
        }
    }

    /** Writes {@code :scheme}: http or https. */
    void scheme(boolean https) {
        indexed(https ? HpackStatic.SCHEME + 1 : HpackStatic.SCHEME);
    }

    /** Writes {@code :path}. */
    void path(byte[] bytes, int start, int end) {
        if (end - start == 1 && bytes[start] == '/') {
            indexed(HpackStatic.PATH);
        } else if (hasQuery(bytes, start, end)) {
            literal(PLAIN, 0x0f, HpackStatic.PATH, PATH_NAME, 0, PATH_NAME.length, bytes, start, end);
        } else {
            repeating(HpackStatic.PATH, PATH_HASH, PATH_NAME, 0, PATH_NAME.length, bytes, start, end);
        }
    }

    /** Writes {@code :authority}. */
    void authority(byte[] bytes, int start, int end) {
        repeating(HpackStatic.AUTHORITY, AUTHORITY_HASH, AUTHORITY_NAME, 0, AUTHORITY_NAME.length, bytes, start, end);
    }

    /** Writes a field; pseudo-header fields may be written this way, too. */
    void field(byte[] name, int nameStart, int nameEnd, byte[] value, int valueStart, int valueEnd) {
        long hash = LowerCase.hashName(name, nameStart, nameEnd);
        int found = HpackNames.find(hash, name, nameStart, nameEnd);
        int known = found & 0xff;
        int way = found >>> 8;
        if (way == HpackNames.COOKIE) {
            way = valueEnd - valueStart < SHORT_COOKIE ? HpackNames.NEVER : HpackNames.TRY;
        } else if (way == HpackNames.PATH) {
            way = hasQuery(value, valueStart, valueEnd) ? HpackNames.PLAIN : HpackNames.TRY;
        }
        if (way == HpackNames.NEVER) {
            literal(NEVER, 0x0f, known, name, nameStart, nameEnd, value, valueStart, valueEnd);
        } else if (way == HpackNames.TRY) {
            repeating(known, hash, name, nameStart, nameEnd, value, valueStart, valueEnd);
        } else if (known != 0) {
            literal(PLAIN, 0x0f, known, name, nameStart, nameEnd, value, valueStart, valueEnd);
        } else {
            changing(hash, name, nameStart, nameEnd, value, valueStart, valueEnd);
        }
    }

    private static boolean hasQuery(byte[] bytes, int start, int end) {
        for (int i = start; i < end; i++) {
            if (bytes[i] == '?') {
                return true;
            }
        }
        return false;
    }

    /** A field whose value is likely to come again. */
    private void repeating(int known, long nameHash, byte[] name, int ns, int ne, byte[] value, int vs, int ve) {
        int size = ne - ns + ve - vs + HpackTable.OVERHEAD;
        if (size > table.maxSize() / 2) {
            literal(PLAIN, 0x0f, known, name, ns, ne, value, vs, ve);
            return;
        }
        int inStatic = known == 0 ? 0 : staticEntry(known, value, vs, ve);
        if (inStatic != 0) {
            indexed(inStatic);
            return;
        }
        int hash = (int) (LowerCase.hashValue(nameHash, value, vs, ve) >>> 32);
        int number = index.find(hash, name, ns, ne - ns, value, vs, ve - vs);
        int slot = (int) (nameHash >>> 59);
        if (number != 0) {
            indexed(HpackStatic.END + table.position(number));
            if (misses[slot] > 0) {
                misses[slot]--;
            }
            return;
        }
        rememberNames();
        if (misses[slot] < MANY_MISSES) {
            misses[slot]++;
        } else if (misses[slot] < MANY_MISSES + RETRY - 1) {
            misses[slot]++;
            literal(PLAIN, 0x0f, nameReference(known, slot, name, ns, ne), name, ns, ne, value, vs, ve);
            return;
        } else {
            misses[slot] = MANY_MISSES;
        }
        add(known, slot, hash, name, ns, ne, value, vs, ve);
    }

    /** A field whose name alone is likely to come again. */
    private void changing(long nameHash, byte[] name, int ns, int ne, byte[] value, int vs, int ve) {
        int slot = (int) (nameHash >>> 59);
        rememberNames();
        int reference = nameReference(0, slot, name, ns, ne);
        if (reference != 0 || ne - ns + ve - vs + HpackTable.OVERHEAD > table.maxSize() / 2) {
            literal(PLAIN, 0x0f, reference, name, ns, ne, value, vs, ve);
        } else {
            int hash = (int) (LowerCase.hashValue(nameHash, value, vs, ve) >>> 32);
            add(0, slot, hash, name, ns, ne, value, vs, ve);
        }
    }

    private void rememberNames() {
        if (misses.length == 0) {
            misses = new byte[NAME_SLOTS];
            lastOfName = new int[NAME_SLOTS];
        }
    }

    /** The static entry with that value for the name of another, or 0. Few names have values there. */
    private static int staticEntry(int known, byte[] value, int vs, int ve) {
        byte[] bytes = HpackStatic.bytes();
        int name = HpackStatic.start(known);
        int nameLength = HpackStatic.nameLength(known);
        for (int i = known; HpackStatic.valueLength(i) > 0; i++) {
            int start = HpackStatic.start(i);
            int from = start + nameLength;
            if (!Arrays.equals(bytes, start, from, bytes, name, name + nameLength)) {
                return 0;
            }
            if (Arrays.equals(bytes, from, from + HpackStatic.valueLength(i), value, vs, ve)) {
                return i;
            }
        }
        return 0;
    }

    /** Index of some entry with that name, or 0. */
    private int nameReference(int known, int slot, byte[] name, int ns, int ne) {
        if (known != 0) {
            return known;
        }
        int number = lastOfName[slot];
        if (table.isLive(number)
                && table.nameLength(number) == ne - ns
                && LowerCase.equals(table.bytes(), table.start(number), name, ns, ne - ns)) {
            return HpackStatic.END + table.position(number);
        }
        return 0;
    }

    private void add(int known, int slot, int hash, byte[] name, int ns, int ne, byte[] value, int vs, int ve) {
        literal(INCREMENTAL, 0x3f, nameReference(known, slot, name, ns, ne), name, ns, ne, value, vs, ve);
        int number = table.add(ne - ns, ve - vs, hash);
        int start = table.start(number);
        LowerCase.copy(name, ns, ne - ns, table.bytes(), start);
        System.arraycopy(value, vs, table.bytes(), start + ne - ns, ve - vs);
        index.added(number);
        if (known == 0) {
            lastOfName[slot] = number;
        }
    }

    private void indexed(int entry) {
        int at = out.room(ROOM);
        out.length(integer(out.bytes(), at, 0x80, 0x7f, entry));
    }

    private void literal(
            int pattern, int full, int nameIndex, byte[] name, int ns, int ne, byte[] value, int vs, int ve) {
        int at = out.room(ne - ns + ve - vs + ROOM);
        byte[] to = out.bytes();
        at = integer(to, at, pattern, full, nameIndex);
        if (nameIndex == 0) {
            at = integer(to, at, 0, 0x7f, ne - ns);
            LowerCase.copy(name, ns, ne - ns, to, at);
            at += ne - ns;
        }
        int length = ve - vs;
        if (huffman) {
            int coded = HpackHuffman.encodedLength(value, vs, ve);
            if (coded < length) {
                at = integer(to, at, 0x80, 0x7f, coded);
                out.length(HpackHuffman.encode(value, vs, ve, to, at));
                return;
            }
        }
        at = integer(to, at, 0, 0x7f, length);
        System.arraycopy(value, vs, to, at, length);
        out.length(at + length);
    }

    /** Writes an integer (RFC 7541 §5.1) and answers the offset after it: up to five bytes. */
    private static int integer(byte[] out, int start, int pattern, int full, int value) {
        int at = start;
        if (value < full) {
            out[at++] = (byte) (pattern | value);
            return at;
        }
        out[at++] = (byte) (pattern | full);
        int rest = value - full;
        for (; rest >= 0x80; rest >>>= 7) {
            out[at++] = (byte) (rest | 0x80);
        }
        out[at++] = (byte) rest;
        return at;
    }
}
