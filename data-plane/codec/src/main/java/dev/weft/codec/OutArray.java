package dev.weft.codec;

import java.util.Arrays;

/**
 * A growing array that is written from the front, emptied and used again: one per loop serves all its connections, whose
 * output is copied into the outgoing buffer at once. Confined to the loop.
 */
final class OutArray {
    private byte[] bytes;
    private int length;

    OutArray(int capacity) {
        this.bytes = new byte[capacity];
    }

    /** What was written: the first {@link #length()} are meaningful. May be another array after {@link #room}. */
    @SuppressWarnings("MutableMethodReturnType")
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** Sets where writing goes on: 0 empties the array, a number from {@link #room} on counts what was written there. */
    void length(int newLength) {
        length = newLength;
    }

    /** Makes room for n more bytes and answers where they begin; the caller writes them and calls {@link #length(int)}. */
    int room(int n) {
        if (bytes.length - length < n) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + n));
        }
        return length;
    }
}
