package dev.weft.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** One long per writer, each on its own cache line. A plain add by the owner, opaque reads by the scraper. */
final class Cells {
    private static final VarHandle VALUES = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int STRIDE = 16; // 128 bytes: two cache lines, as adjacent-line prefetch pairs them

    private final long[] values;
    private final int stride;

    Cells(int cells) {
        // A lone cell needs no padding.
        stride = cells == 1 ? 1 : STRIDE;
        values = new long[cells * stride];
    }

    void add(int cell, long n) {
        int i = cell * stride;
        VALUES.setOpaque(values, i, values[i] + n);
    }

    void set(int cell, long n) {
        VALUES.setOpaque(values, cell * stride, n);
    }

    long sum() {
        long sum = 0;
        for (int i = 0; i < values.length; i += stride) {
            sum += (long) VALUES.getOpaque(values, i);
        }
        return sum;
    }
}
