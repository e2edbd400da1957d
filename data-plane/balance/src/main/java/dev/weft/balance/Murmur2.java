package dev.weft.balance;

/** The 64-bit MurmurHash2 as GCC's {@code std::hash} has it; Envoy's {@code MURMUR_HASH_2}. */
final class Murmur2 {
    /** Envoy: {@code MurmurHash::STD_HASH_SEED}. */
    static final long SEED = 0xc70f6907L;

    private static final long MULTIPLIER = 0xc6a4a7935bd1e995L;
    private static final int WORD = Long.BYTES;

    private Murmur2() {}

    static long hash(byte[] bytes, long seed) {
        int whole = bytes.length - bytes.length % WORD;
        long hash = seed ^ bytes.length * MULTIPLIER;
        for (int at = 0; at < whole; at += WORD) {
            hash = (hash ^ mix(word(bytes, at, WORD) * MULTIPLIER) * MULTIPLIER) * MULTIPLIER;
        }
        if (whole < bytes.length) {
            hash = (hash ^ word(bytes, whole, bytes.length - whole)) * MULTIPLIER;
        }
        return mix(mix(hash) * MULTIPLIER);
    }

    private static long mix(long value) {
        return value ^ value >>> 47;
    }

    private static long word(byte[] bytes, int at, int count) {
        long word = 0;
        for (int i = count - 1; i >= 0; i--) {
            word = word << 8 | bytes[at + i] & 0xff;
        }
        return word;
    }
}
