package dev.weft.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A row of longs per writer, rows apart from each other on their own cache lines. A plain add by the owner, opaque reads
 * by the scraper.
 */
final class Cells {
    private static final VarHandle VALUES = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int LINE = 16; // 128 bytes: two cache lines, as adjacent-line prefetch pairs them

    private final long[] values;
    private final int stride;

    /** One number per writer. */
    Cells(int cells) {
        this(cells, 1);
    }

    /** @param width numbers per writer */
    Cells(int cells, int width) {
        // A lone row needs no padding.
        stride = cells == 1 ? width : (width + LINE - 1) / LINE * LINE;
        values = new long[cells * stride];
    }

    void add(int cell, long n) {
        add(cell, 0, n);
    }

    void add(int cell, int column, long n) {
        int i = cell * stride + column;
        VALUES.setOpaque(values, i, values[i] + n);
    }

    void set(int cell, long n) {
        VALUES.setOpaque(values, cell * stride, n);
    }

    long sum() {
        return sum(0);
    }

    long sum(int column) {
        long sum = 0;
        for (int i = column; i < values.length; i += stride) {
            sum += (long) VALUES.getOpaque(values, i);
        }
        return sum;
    }
}
