package dev.weft.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The Huffman code of RFC 7541 Appendix B. It is canonical: codes of one length ascend with their symbols and the next
 * length goes on where they end, so the lengths alone define it.
 *
 * <p>Decoding looks up {@value #WINDOW} bits at a time, which hold one or two symbols of what fields are made of; longer
 * codes (control characters, bytes from 0x80 on and a few punctuation marks) are searched by length.
 */
final class HpackHuffman {
    private static final int EOS = 256;
    private static final int LONGEST = 30;
    private static final int WINDOW = 12;
    private static final byte[] LENGTHS = {
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, // 0x00
        28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, // 0x10
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, // space to /
        5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, // 0 to ?
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, // @ to O
        7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, // P to _
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, // ` to o
        6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, // p to DEL
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, // 0x80
        24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, // 0x90
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, // 0xa0
        21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, // 0xb0
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, // 0xc0
        19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, // 0xd0
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, // 0xe0
        26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, // 0xf0
        30 // EOS
    };

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int[] CODES = new int[EOS + 1];
    private static final int[] SYMBOLS = new int[EOS + 1]; // in the order of their codes
    private static final int[] FIRST_SYMBOL = new int[LONGEST + 2]; // per length, into SYMBOLS
    private static final long[] FIRST_CODE = new long[LONGEST + 2]; // per length

    /** Per window: symbols in the low two bytes, the bits they take in the third, how many they are in the fourth; or 0. */
    private static final int[] PAIRS = new int[1 << WINDOW];

    static {
        long code = 0;
        int symbols = 0;
        for (int length = 1; length <= LONGEST; length++) {
            FIRST_CODE[length] = code;
            FIRST_SYMBOL[length] = symbols;
            for (int symbol = 0; symbol <= EOS; symbol++) {
                if (LENGTHS[symbol] == length) {
                    CODES[symbol] = (int) code++;
                    SYMBOLS[symbols++] = symbol;
                }
            }
            code <<= 1;
        }
        FIRST_SYMBOL[LONGEST + 1] = symbols;
        for (int window = 0; window < PAIRS.length; window++) {
            int first = symbolIn(window, WINDOW);
            if (first >= 0) {
                int left = WINDOW - LENGTHS[first];
                int second = symbolIn(window & (1 << left) - 1, left);
                PAIRS[window] = second < 0
                        ? 1 << 24 | LENGTHS[first] << 16 | first
                        : 2 << 24 | LENGTHS[first] + LENGTHS[second] << 16 | second << 8 | first;
            }
        }
    }

    private HpackHuffman() {}

    private static int symbolIn(int window, int bits) {
        for (int symbol = 0; symbol < EOS; symbol++) {
            if (LENGTHS[symbol] <= bits && window >>> bits - LENGTHS[symbol] == CODES[symbol]) {
                return symbol;
            }
        }
        return -1;
    }

    /** Bytes that {@link #encode} would write. */
    static int encodedLength(byte[] bytes, int from, int to) {
        int bits = 0;
        for (int i = from; i < to; i++) {
            bits += LENGTHS[bytes[i] & 0xff];
        }
        return bits + 7 >>> 3;
    }

    /** Writes the code of a span and answers the offset after it. */
    static int encode(byte[] bytes, int from, int to, byte[] out, int start) {
        int at = start;
        long pending = 0; // its low bits wait to be written
        int bits = 0;
        for (int i = from; i < to; i++) {
            int symbol = bytes[i] & 0xff;
            int length = LENGTHS[symbol];
            pending = pending << length | CODES[symbol];
            bits += length;
            if (bits >= 32) {
                bits -= 32;
                INT.set(out, at, (int) (pending >>> bits));
                at += 4;
            }
        }
        for (; bits >= 8; bits -= 8) {
            out[at++] = (byte) (pending >>> bits - 8);
        }
        if (bits > 0) {
            out[at++] = (byte) (pending << 8 - bits | 0xff >>> bits); // padded with ones, the beginning of EOS
        }
        return at;
    }

    /**
     * Decodes a span. What does not fit before {@code limit} is checked and counted, but not written.
     *
     * @return number of decoded bytes, or -1 if the span holds EOS or ends in anything but up to 7 ones (RFC 7541 §5.2)
     */
    static int decode(byte[] in, int from, int to, byte[] out, int start, int limit) {
        int at = start;
        int bit = from << 3;
        int last = (to << 3) - 64; // from here on eight bytes can no longer be loaded
        while (bit <= last && at + 8 <= limit) {
            long word = (long) LONG.get(in, bit >>> 3) << (bit & 7); // at least 57 bits, 48 of them used
            int pair = PAIRS[(int) (word >>> 64 - WINDOW)];
            SHORT.set(out, at, (short) pair);
            at += pair >>> 24;
            int bits = pair >>> 16 & 0xff;
            bit += bits;
            word <<= bits;
            pair = PAIRS[(int) (word >>> 64 - WINDOW)];
            SHORT.set(out, at, (short) pair);
            at += pair >>> 24;
            bits = pair >>> 16 & 0xff;
            bit += bits;
            word <<= bits;
            pair = PAIRS[(int) (word >>> 64 - WINDOW)];
            SHORT.set(out, at, (short) pair);
            at += pair >>> 24;
            bits = pair >>> 16 & 0xff;
            bit += bits;
            word <<= bits;
            pair = PAIRS[(int) (word >>> 64 - WINDOW)];
            SHORT.set(out, at, (short) pair);
            at += pair >>> 24;
            bit += pair >>> 16 & 0xff;
            if (pair == 0) { // a long code stopped this lookup and those before it that found the same
                long one = longCode(bits(in, bit, to));
                int symbol = (int) one;
                int length = (int) (one >>> 32);
                if (symbol == EOS || length > (to << 3) - bit) {
                    break; // the rest decides
                }
                out[at++] = (byte) symbol;
                bit += length;
            }
        }
        return rest(in, bit, to, out, start, at, limit);
    }

    /** The careful way, symbol by symbol: for the last bytes of the span or of the room. */
    private static int rest(byte[] in, int fromBit, int to, byte[] out, int start, int from, int limit) {
        int at = from;
        int left = (to << 3) - fromBit;
        while (left > 0) {
            long word = bits(in, (to << 3) - left, to);
            int loaded = Math.min(left, 57);
            do {
                int pair = PAIRS[(int) (word >>> 64 - WINDOW)];
                int bits = pair >>> 16 & 0xff;
                if (pair != 0 && bits <= loaded && at + 2 <= limit) {
                    SHORT.set(out, at, (short) pair);
                    at += pair >>> 24;
                } else {
                    long one = pair != 0 ? (long) LENGTHS[pair & 0xff] << 32 | pair & 0xff : longCode(word);
                    bits = (int) (one >>> 32);
                    if (bits > left) {
                        return left < 8 && word >>> 64 - left == (1L << left) - 1 ? at - start : -1;
                    }
                    if ((int) one == EOS) {
                        return -1;
                    }
                    if (bits > loaded) {
                        break; // load more
                    }
                    if (at < limit) {
                        out[at] = (byte) one;
                    }
                    at++;
                }
                word = word << bits | (1L << bits) - 1;
                left -= bits;
                loaded -= bits;
            } while (loaded > 0);
        }
        return at - start;
    }

    /** The bits from an offset on, at least 57 or all there are, left-aligned and followed by ones. */
    private static long bits(byte[] in, int bit, int to) {
        int at = bit >>> 3;
        if (at + 8 <= to) {
            int skip = bit & 7;
            return (long) LONG.get(in, at) << skip | (1L << skip) - 1;
        }
        int left = (to << 3) - bit; // 0 to 63
        if (left <= 0) {
            return -1;
        }
        if (to >= 8) {
            return (long) LONG.get(in, to - 8) << 64 - left | -1L >>> left;
        }
        long word = 0;
        for (int i = at; i < to; i++) {
            word = word << 8 | in[i] & 0xff;
        }
        return word << 64 - left | -1L >>> left;
    }

    /** The symbol that begins a word, its length in the upper half. Every word begins with one. */
    private static long longCode(long word) {
        for (int length = 1; ; length++) {
            long offset = (word >>> 64 - length) - FIRST_CODE[length];
            if (offset < FIRST_SYMBOL[length + 1] - FIRST_SYMBOL[length]) {
                return (long) length << 32 | SYMBOLS[FIRST_SYMBOL[length] + (int) offset];
            }
        }
    }
}
