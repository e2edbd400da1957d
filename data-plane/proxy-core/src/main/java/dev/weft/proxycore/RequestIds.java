package dev.weft.proxycore;

import java.util.random.RandomGenerator;

/** Makes x-request-id values: random UUIDs (version 4), as Envoy does. Not for secrets. Confined to a loop. */
final class RequestIds {
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    /** Characters of an id. */
    static final int LENGTH = 36;

    /** Which of them says whether the request is traced: the version of the UUID (Envoy's {@code pack_trace_reason}). */
    static final int TRACE_REASON = 14;

    /** What it says where the request is not. */
    static final byte NOT_TRACED = '4';

    private final RandomGenerator random;
    private final byte[] text = new byte[LENGTH];

    RequestIds(RandomGenerator random) {
        this.random = random;
        text[8] = '-';
        text[13] = '-';
        text[18] = '-';
        text[23] = '-';
    }

    /** The next one; the array is reused. */
    byte[] next() {
        long high = random.nextLong() & ~0xF000L | 0x4000L;
        long low = random.nextLong() & ~(3L << 62) | 2L << 62;
        hex(0, 8, high >>> 32);
        hex(9, 13, high >>> 16);
        hex(14, 18, high);
        hex(19, 23, low >>> 48);
        hex(24, 36, low);
        return text;
    }

    private void hex(int from, int to, long value) {
        long rest = value;
        for (int i = to - 1; i >= from; i--) {
            text[i] = HEX[(int) (rest & 15)];
            rest >>>= 4;
        }
    }
}
