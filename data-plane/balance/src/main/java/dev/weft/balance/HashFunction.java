package dev.weft.balance;

/** What the points of a ring are hashed with. */
public enum HashFunction {
    XX_HASH {
        @Override
        long hash(byte[] key) {
            return XxHash64.hash(key);
        }
    },
    MURMUR_HASH_2 {
        @Override
        long hash(byte[] key) {
            return Murmur2.hash(key, Murmur2.SEED);
        }
    };

    abstract long hash(byte[] key);
}
