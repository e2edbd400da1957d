package dev.weft.codec;

import dev.weft.http.HeaderBlock;

/**
 * Decodes the header blocks of one connection (RFC 7541) into header blocks of ours; allocates nothing once its table has
 * grown. Names and values are not looked at: whether a name is in lower case is for the caller to say.
 *
 * <p>A block over the limits is decoded to its end, because the next one needs the table, but stores nothing more: an
 * entry of 4 KiB named a thousand times costs a thousand bytes, not 4 MB.
 */
final class HpackDecoder {
    /** Takes fields as they are decoded. */
    interface Fields {
        /**
         * A field, whose name and value lie in {@code block.bytes()} as its last bytes.
         *
         * @return false to store no more of this block
         */
        boolean field(HeaderBlock block, int nameStart, int nameEnd, int valueStart, int valueEnd);
    }

    private static final long BAD_INTEGER = -1;
    private static final int BAD = -1;

    /** Lists up to this count as given: their sum with an overhead must not overflow. */
    private static final int MAX_LIST = 1 << 28;

    private final HpackTable table;
    private final int maxTableSize;
    private boolean storing;
    private boolean tooLarge;
    private int listLeft; // bytes, as SETTINGS_MAX_HEADER_LIST_SIZE counts them
    private int fieldsLeft;

    /**
     * @param maxTableSize SETTINGS_HEADER_TABLE_SIZE as announced. Less than the protocol's 4096 is right only once the
     *     peer has acknowledged it.
     */
    HpackDecoder(int maxTableSize) {
        this.maxTableSize = maxTableSize;
        this.table = new HpackTable(maxTableSize);
        table.maxSize(Math.min(maxTableSize, 4096)); // RFC 9113 §6.5.2: the initial value, until an update raises it
    }

    /**
     * Decodes one complete block (HEADERS and its CONTINUATIONs).
     *
     * @param block gets the bytes of the fields
     * @param maxListBytes most bytes of names and values, each field counting 32 more (RFC 9113 §6.5.2)
     * @return false on a COMPRESSION_ERROR: the connection must be closed
     */
    boolean decode(byte[] in, int start, int end, HeaderBlock block, int maxListBytes, int maxFields, Fields fields) {
        storing = true;
        tooLarge = false;
        listLeft = Math.min(maxListBytes, MAX_LIST);
        fieldsLeft = maxFields;
        int at = sizeUpdates(in, start, end);
        while (at >= 0 && at < end) {
            int first = in[at++];
            if (first < 0) {
                int index = first & 0x7f;
                if (index == 0x7f) {
                    long integer = integer(in, at, end, 0x7f);
                    index = (int) (integer >>> 32);
                    at = (int) integer;
                }
                if (at < 0 || !indexed(index, block, fields)) {
                    return false;
                }
            } else if (first >= 0x40) {
                at = literal(in, at, end, first & 0x3f, 0x3f, block, fields);
            } else if (first < 0x20) {
                at = literal(in, at, end, first & 0x0f, 0x0f, block, fields);
            } else {
                return false; // RFC 7541 §4.2: a size update not at the beginning
            }
        }
        return at >= 0;
    }

    /** Whether the last block was over a limit: from there on its fields were dropped, but the table is right. */
    boolean tooLarge() {
        return tooLarge;
    }

    /** Reads the size updates a block may begin with: at most two (RFC 7541 §4.2), none above what was announced. */
    private int sizeUpdates(byte[] in, int start, int end) {
        int at = start;
        for (int updates = 0; updates < 2 && at < end && (in[at] & 0xe0) == 0x20; updates++) {
            int size = in[at++] & 0x1f;
            if (size == 0x1f) {
                long integer = integer(in, at, end, 0x1f);
                size = (int) (integer >>> 32);
                at = (int) integer;
            }
            if (at < 0 || size > maxTableSize) {
                return BAD;
            }
            table.maxSize(size);
        }
        return at;
    }

    private boolean indexed(int index, HeaderBlock block, Fields fields) {
        byte[] from;
        int start;
        int nameLength;
        int valueLength;
        if (index < HpackStatic.END) {
            if (index == 0) {
                return false;
            }
            from = HpackStatic.bytes();
            start = HpackStatic.start(index);
            nameLength = HpackStatic.nameLength(index);
            valueLength = HpackStatic.valueLength(index);
        } else {
            if (index - HpackStatic.END >= table.count()) {
                return false;
            }
            int entry = table.number(index - HpackStatic.END);
            from = table.bytes();
            start = table.start(entry);
            nameLength = table.nameLength(entry);
            valueLength = table.valueLength(entry);
        }
        if (admit(nameLength + valueLength)) {
            int at = block.reserve(nameLength + valueLength);
            System.arraycopy(from, start, block.bytes(), at, nameLength + valueLength);
            deliver(block, at, nameLength, valueLength, fields);
        }
        return true;
    }

    /**
     * Decodes a literal field. Name and value are written behind the block's bytes, where they stay if they are stored;
     * otherwise the table gets them from there.
     *
     * @return the offset after it, or -1
     */
    private int literal(byte[] in, int start, int end, int prefix, int full, HeaderBlock block, Fields fields) {
        int at = start;
        int name = prefix;
        if (name == full) {
            long integer = integer(in, at, end, full);
            name = (int) (integer >>> 32);
            at = (int) integer;
            if (at < 0) {
                return BAD;
            }
        }
        boolean adding = full == 0x3f;
        // What must be at hand to be stored or entered in the table; the rest is only checked.
        int room = Math.max(storing ? listLeft : 0, adding ? table.maxSize() : 0);
        int nameLength;
        if (name != 0) {
            nameLength = indexedName(name, block, room);
            if (nameLength < 0) {
                return BAD;
            }
        } else {
            long string = string(in, at, end, block, 0, room);
            nameLength = (int) (string >>> 32);
            at = (int) string;
            if (at < 0) {
                return BAD;
            }
        }
        long string = string(in, at, end, block, nameLength, room);
        int valueLength = (int) (string >>> 32);
        at = (int) string;
        if (at < 0) {
            return BAD;
        }
        int length = nameLength + valueLength;
        if (adding) {
            if (length + HpackTable.OVERHEAD > table.maxSize()) {
                table.clear();
            } else {
                int entry = table.add(nameLength, valueLength, 0);
                System.arraycopy(block.bytes(), block.length(), table.bytes(), table.start(entry), length);
            }
        }
        if (admit(length)) {
            deliver(block, block.length(), nameLength, valueLength, fields);
        }
        return at;
    }

    /** Writes the name of an entry behind the block's bytes and answers its length, or -1 if there is no such entry. */
    private int indexedName(int index, HeaderBlock block, int room) {
        byte[] from;
        int start;
        int length;
        if (index < HpackStatic.END) {
            from = HpackStatic.bytes();
            start = HpackStatic.start(index);
            length = HpackStatic.nameLength(index);
        } else {
            if (index - HpackStatic.END >= table.count()) {
                return BAD;
            }
            int entry = table.number(index - HpackStatic.END);
            from = table.bytes();
            start = table.start(entry);
            length = table.nameLength(entry);
        }
        if (length <= room) {
            int at = block.reserve(length);
            System.arraycopy(from, start, block.bytes(), at, length);
        }
        return length;
    }

    /**
     * Decodes a string to {@code skip} bytes behind the block's bytes. What goes beyond the room is checked and counted, but
     * not written.
     *
     * @return its length, and in the lower half the offset after it, negative if it is malformed
     */
    private static long string(byte[] in, int start, int end, HeaderBlock block, int skip, int room) {
        if (start >= end) {
            return BAD;
        }
        int at = start;
        int first = in[at++];
        int length = first & 0x7f;
        if (length == 0x7f) {
            long integer = integer(in, at, end, 0x7f);
            length = (int) (integer >>> 32);
            at = (int) integer;
            if (at < 0) {
                return BAD;
            }
        }
        if (length > end - at) {
            return BAD;
        }
        int left = Math.max(0, room - skip);
        if (first < 0) {
            int to = 0;
            int limit = 0;
            if (left > 0) {
                // A byte has up to 8/5 symbols.
                to = block.reserve(skip + (int) Math.min(left, length * 8L / 5)) + skip;
                limit = block.bytes().length;
            }
            int decoded = HpackHuffman.decode(in, at, at + length, block.bytes(), to, limit);
            return decoded < 0 ? BAD : (long) decoded << 32 | at + length;
        }
        if (length <= left) {
            int to = block.reserve(skip + length) + skip;
            System.arraycopy(in, at, block.bytes(), to, length);
        }
        return (long) length << 32 | at + length;
    }

    /** Counts a field of so many bytes against the limits; false if it is not to be stored. */
    private boolean admit(int length) {
        if (!storing) {
            return false;
        }
        if (length + HpackTable.OVERHEAD > listLeft || fieldsLeft == 0) {
            storing = false;
            tooLarge = true;
            return false;
        }
        listLeft -= length + HpackTable.OVERHEAD;
        fieldsLeft--;
        return true;
    }

    private void deliver(HeaderBlock block, int at, int nameLength, int valueLength, Fields fields) {
        int end = at + nameLength + valueLength;
        block.advance(nameLength + valueLength);
        if (!fields.field(block, at, at + nameLength, at + nameLength, end)) {
            storing = false;
        }
    }

    /**
     * Reads the rest of an integer whose prefix was full (RFC 7541 §5.1), up to 2^28: more is no length or index of ours.
     *
     * @return the integer, and in the lower half the offset after it; -1 if it is too large, too long or cut off
     */
    private static long integer(byte[] in, int start, int end, int prefix) {
        int value = 0;
        for (int at = start, shift = 0; at < end && shift <= 21; at++, shift += 7) {
            int b = in[at];
            value |= (b & 0x7f) << shift;
            if (b >= 0) {
                return (long) (value + prefix) << 32 | at + 1;
            }
        }
        return BAD_INTEGER;
    }
}
