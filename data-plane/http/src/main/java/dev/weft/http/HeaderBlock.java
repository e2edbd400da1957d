package dev.weft.http;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one head or trailer section: one reusable {@code byte[]} with a table of name and value spans. Names keep
 * their original case; looking one up neither allocates nor makes a String.
 *
 * <p>Threads: confined to the loop of its connection. Ownership: the block belongs to its head, which is reused for the
 * next message; whoever keeps a value beyond the stream copies it. {@link #bytes()} may be replaced by a larger array
 * whenever something is added, so it is fetched anew after an addition.
 */
public final class HeaderBlock {
    private static final int STRIDE = 4;
    private static final byte UNKNOWN = -1;
    private static final byte REMOVED = -2;

    private byte[] bytes;
    private int length;
    private int[] spans = new int[24 * STRIDE];
    private byte[] ids = new byte[24];
    private int count;
    private long present; // bit per KnownHeader that may occur

    /** @param capacity bytes to begin with; grows as needed */
    public HeaderBlock(int capacity) {
        this.bytes = new byte[capacity];
    }

    /** Forgets everything; keeps the arrays. */
    public void clear() {
        length = 0;
        count = 0;
        present = 0;
    }

    /** The bytes all spans point into. Only the first {@link #length()} are meaningful. */
    @SuppressWarnings("MutableMethodReturnType")
    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return length;
    }

    /** Capacity of the array, so that an owner can drop one that grew large. */
    public int capacity() {
        return bytes.length;
    }

    /** Makes room for n more bytes and answers where they begin; the caller writes them and calls {@link #advance}. */
    public int reserve(int n) {
        if (bytes.length - length < n) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + n));
        }
        return length;
    }

    /** Counts n bytes written after {@link #reserve}. */
    public void advance(int n) {
        length += n;
    }

    /** Enters a field whose name and value already lie in {@link #bytes()}. */
    public void addSpan(int nameStart, int nameEnd, int valueStart, int valueEnd) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, count * 2);
            spans = Arrays.copyOf(spans, count * 2 * STRIDE);
        }
        KnownHeader known = KnownHeader.recognise(bytes, nameStart, nameEnd);
        if (known == null) {
            ids[count] = UNKNOWN;
        } else {
            ids[count] = (byte) known.ordinal();
            present |= 1L << known.ordinal();
        }
        int at = count * STRIDE;
        spans[at] = nameStart;
        spans[at + 1] = nameEnd;
        spans[at + 2] = valueStart;
        spans[at + 3] = valueEnd;
        count++;
    }

    /** Adds a field at the end. The name is written as given. */
    public void add(byte[] name, byte[] value) {
        add(name, value, 0, value.length);
    }

    /** Adds a field whose value is a span of another array. */
    public void add(byte[] name, byte[] value, int start, int end) {
        int at = reserve(name.length + end - start);
        System.arraycopy(name, 0, bytes, at, name.length);
        System.arraycopy(value, start, bytes, at + name.length, end - start);
        advance(name.length + end - start);
        addSpan(at, at + name.length, at + name.length, length);
    }

    /** Replaces all fields of that name by one, written as given; adds it when there was none. */
    public void set(KnownHeader header, byte[] value) {
        remove(header);
        add(header.lowerName(), value);
    }

    /** Removes all fields of that name. */
    public void remove(KnownHeader header) {
        if (!has(header)) {
            return;
        }
        for (int i = 0; i < count; i++) {
            if (ids[i] == header.ordinal()) {
                ids[i] = REMOVED;
            }
        }
        present &= ~(1L << header.ordinal());
    }

    /** Removes the field at an index; indexes of the others stay as they are. */
    public void removeAt(int index) {
        ids[index] = REMOVED;
    }

    /** Number of indexes in use, removed fields included: iterate {@code 0 … count()} and skip {@link #isRemoved}. */
    public int count() {
        return count;
    }

    public boolean isRemoved(int index) {
        return ids[index] == REMOVED;
    }

    /** Which known header a field is, or null. */
    public @Nullable KnownHeader known(int index) {
        return ids[index] < 0 ? null : KnownHeader.of(ids[index]);
    }

    public int nameStart(int index) {
        return spans[index * STRIDE];
    }

    public int nameEnd(int index) {
        return spans[index * STRIDE + 1];
    }

    public int valueStart(int index) {
        return spans[index * STRIDE + 2];
    }

    public int valueEnd(int index) {
        return spans[index * STRIDE + 3];
    }

    public boolean has(KnownHeader header) {
        return (present & 1L << header.ordinal()) != 0;
    }

    /** Index of the first field of that name, or -1. */
    public int find(KnownHeader header) {
        return has(header) ? findNext(header, 0) : -1;
    }

    /** Index of the first field of that name at or after an index, or -1. */
    public int findNext(KnownHeader header, int from) {
        for (int i = from; i < count; i++) {
            if (ids[i] == header.ordinal()) {
                return i;
            }
        }
        return -1;
    }

    /** Index of the first field of that name (given in lower case) at or after an index, or -1. */
    public int find(byte[] lowerName, int from) {
        for (int i = from; i < count; i++) {
            int at = i * STRIDE;
            if (spans[at + 1] - spans[at] == lowerName.length
                    && ids[i] != REMOVED
                    && Ascii.equalsIgnoreCase(lowerName, bytes, spans[at], spans[at + 1])) {
                return i;
            }
        }
        return -1;
    }

    /** Whether any field of that list-valued header holds the element, given in lower case. */
    public boolean listContains(KnownHeader header, byte[] lowerElement) {
        for (int i = find(header); i >= 0; i = findNext(header, i + 1)) {
            if (Ascii.listContains(lowerElement, bytes, valueStart(i), valueEnd(i))) {
                return true;
            }
        }
        return false;
    }

    /** Text of a name. Allocates: not for the request path. */
    public String name(int index) {
        return Ascii.text(bytes, nameStart(index), nameEnd(index));
    }

    /** Text of a value. Allocates: not for the request path. */
    public String value(int index) {
        return Ascii.text(bytes, valueStart(index), valueEnd(index));
    }

    /** Text of the first value of that name, or null. Allocates: not for the request path. */
    public @Nullable String text(KnownHeader header) {
        int index = find(header);
        return index < 0 ? null : value(index);
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < count; i++) {
            if (!isRemoved(i)) {
                out.append(name(i)).append(": ").append(value(i)).append('\n');
            }
        }
        return out.toString();
    }

    /** What is in it now, in a block of its own. */
    public HeaderBlock copy() {
        HeaderBlock copy = new HeaderBlock(Math.max(length(), 16));
        for (int i = 0; i < count(); i++) {
            if (!isRemoved(i)) {
                copy.add(Arrays.copyOfRange(bytes, nameStart(i), nameEnd(i)), bytes, valueStart(i), valueEnd(i));
            }
        }
        return copy;
    }
}
