package dev.weft.codec;

import dev.weft.http.Ascii;

/** The static table (RFC 7541 Appendix A): entries 1 to 61 in one array, each name followed by its value. */
final class HpackStatic {
    /** Index of the first entry of the dynamic table. */
    static final int END = 62;

    static final int AUTHORITY = 1;
    static final int METHOD = 2;
    static final int PATH = 4;
    static final int SCHEME = 6;
    static final int STATUS = 8;
    static final int ACCEPT_ENCODING = 16;

    private static final String[][] TABLE = {
        {":authority", ""},
        {":method", "GET"},
        {":method", "POST"},
        {":path", "/"},
        {":path", "/index.html"},
        {":scheme", "http"},
        {":scheme", "https"},
        {":status", "200"},
        {":status", "204"},
        {":status", "206"},
        {":status", "304"},
        {":status", "400"},
        {":status", "404"},
        {":status", "500"},
        {"accept-charset", ""},
        {"accept-encoding", "gzip, deflate"},
        {"accept-language", ""},
        {"accept-ranges", ""},
        {"accept", ""},
        {"access-control-allow-origin", ""},
        {"age", ""},
        {"allow", ""},
        {"authorization", ""},
        {"cache-control", ""},
        {"content-disposition", ""},
        {"content-encoding", ""},
        {"content-language", ""},
        {"content-length", ""},
        {"content-location", ""},
        {"content-range", ""},
        {"content-type", ""},
        {"cookie", ""},
        {"date", ""},
        {"etag", ""},
        {"expect", ""},
        {"expires", ""},
        {"from", ""},
        {"host", ""},
        {"if-match", ""},
        {"if-modified-since", ""},
        {"if-none-match", ""},
        {"if-range", ""},
        {"if-unmodified-since", ""},
        {"last-modified", ""},
        {"link", ""},
        {"location", ""},
        {"max-forwards", ""},
        {"proxy-authenticate", ""},
        {"proxy-authorization", ""},
        {"range", ""},
        {"referer", ""},
        {"refresh", ""},
        {"retry-after", ""},
        {"server", ""},
        {"set-cookie", ""},
        {"strict-transport-security", ""},
        {"transfer-encoding", ""},
        {"user-agent", ""},
        {"vary", ""},
        {"via", ""},
        {"www-authenticate", ""}
    };

    private static final byte[] BYTES;
    private static final short[] STARTS = new short[END + 1];
    private static final byte[] NAME_LENGTHS = new byte[END];

    static {
        StringBuilder all = new StringBuilder();
        for (int i = 1; i < END; i++) {
            STARTS[i] = (short) all.length();
            NAME_LENGTHS[i] = (byte) TABLE[i - 1][0].length();
            all.append(TABLE[i - 1][0]).append(TABLE[i - 1][1]);
        }
        STARTS[END] = (short) all.length();
        BYTES = Ascii.bytes(all.toString());
    }

    private HpackStatic() {}

    /** What the entries lie in; callers must not change it. */
    @SuppressWarnings("MutableMethodReturnType")
    static byte[] bytes() {
        return BYTES;
    }

    /** Where the name of an entry begins; its value follows at once. */
    static int start(int index) {
        return STARTS[index];
    }

    static int nameLength(int index) {
        return NAME_LENGTHS[index];
    }

    static int valueLength(int index) {
        return STARTS[index + 1] - STARTS[index] - NAME_LENGTHS[index];
    }
}
