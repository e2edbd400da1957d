package dev.weft.xdsschema;

/** A cursor over the table. */
final class SchemaReader {
    private final byte[] table;
    private int at;

    SchemaReader(byte[] table, int at) {
        this.table = table;
        this.at = at;
    }

    int fixed() {
        return table[at++] << 24 | (table[at++] & 0xff) << 16 | (table[at++] & 0xff) << 8 | (table[at++] & 0xff);
    }

    long varint() {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = table[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }

    long signed() {
        long bits = varint();
        return bits >>> 1 ^ -(bits & 1);
    }
}
