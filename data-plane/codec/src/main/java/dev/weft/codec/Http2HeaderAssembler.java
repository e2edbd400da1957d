package dev.weft.codec;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Joins the fragments of a header block (HEADERS and its CONTINUATIONs, RFC 9113 §4.3). Between the first and the last
 * fragment no other frame may come; how many and how large they are is bounded (CONTINUATION flood, CVE-2024-27316).
 */
final class Http2HeaderAssembler {
    /** Fragments after the first: a whole head of ours fits in five, so that more is an attack. */
    private static final int MAX_CONTINUATIONS = 16;

    private byte @Nullable [] gathered;
    private int length;
    private int stream;
    private boolean endStream;
    private int continuations;

    /** Stream whose block is incomplete; 0 = none. */
    int openStream() {
        return stream;
    }

    /** Whether the block's HEADERS frame ended its stream. */
    boolean endsStream() {
        return endStream;
    }

    /** The gathered block; good until {@link #clear}. */
    byte[] bytes() {
        return java.util.Objects.requireNonNull(gathered);
    }

    int length() {
        return length;
    }

    /** Begins a block that HEADERS did not complete. */
    void begin(int id, boolean end, byte[] fragment, int from, int to) {
        stream = id;
        endStream = end;
        continuations = 0;
        length = 0;
        add(fragment, from, to);
    }

    /** Adds a CONTINUATION's fragment; false when there are too many, or too many bytes. */
    boolean more(byte[] fragment, int from, int to, int maxBytes) {
        if (++continuations > MAX_CONTINUATIONS || length + to - from > maxBytes) {
            return false;
        }
        add(fragment, from, to);
        return true;
    }

    private void add(byte[] fragment, int from, int to) {
        int n = to - from;
        byte[] into = gathered;
        if (into == null || into.length < length + n) {
            into = into == null
                    ? new byte[Math.max(n, 1024)]
                    : Arrays.copyOf(into, Math.max(into.length * 2, length + n));
            gathered = into;
        }
        System.arraycopy(fragment, from, into, length, n);
        length += n;
    }

    /** The block was read: nothing is open, and no memory is kept. */
    void clear() {
        stream = 0;
        length = 0;
        gathered = null;
    }
}
