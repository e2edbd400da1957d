package dev.weft.http;

/**
 * Writes the canonical form of a path: dot segments resolved (with or without parameters), letters, digits and {@code -_~.} unescaped, backslashes made
 * slashes, what may not stand in a path escaped. Other escapes stay as they are, so that nothing is decoded twice: writing
 * the result again gives the result. It is what browsers do with a URL's path, and Envoy's {@code normalize_path} (RFC 3986
 * §5.2.4, §6.2.2; WHATWG URL, path state).
 *
 * <p>Used for one path.
 */
final class CanonicalPath {
    /** The canonical form of a path has at most so many times its bytes: a character becomes an escape. */
    static final int GROWTH = 3;

    private static final byte[] HEX = Ascii.bytes("0123456789ABCDEF");
    private static final boolean[] UNRESERVED = new boolean[256];
    private static final boolean[] ESCAPED = new boolean[256];

    static {
        for (int c = 0; c < 256; c++) {
            boolean letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
            UNRESERVED[c] = letter || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '~';
            ESCAPED[c] = c <= 0x20 || c >= 0x7f || "\"#<>?^`{|}".indexOf(c) >= 0;
        }
    }

    private final byte[] bytes;
    private final int begin;
    private int out;
    private int strayPercent = Integer.MIN_VALUE; // where the last % that begins no escape was written

    /** @param begin where to write: bytes of the same array, behind the path, with room for {@link #GROWTH} times it */
    CanonicalPath(byte[] bytes, int begin) {
        this.bytes = bytes;
        this.begin = begin;
        this.out = begin;
    }

    /** Whether a character must be escaped. */
    static boolean isEscaped(byte b) {
        return ESCAPED[b & 0xff];
    }

    /** The character that is escaped at a {@code %}; -1 when that begins no escape. */
    static int escaped(byte[] bytes, int percent, int end) {
        if (end - percent < 3) {
            return -1;
        }
        int high = Character.digit(bytes[percent + 1], 16);
        int low = Character.digit(bytes[percent + 2], 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    /** Writes the path's form; answers where it ends, or -1 for a path with a NUL. */
    int write(int from, int to) {
        int i = from;
        while (i < to) {
            byte b = bytes[i];
            int dot = dot(i, to);
            if (dot > 0) {
                i = dots(i + dot, to);
            } else if (b == '%') {
                int value = escaped(bytes, i, to);
                if (value == 0) {
                    return -1;
                }
                i = percent(i, to, value);
            } else if (b == 0) {
                return -1;
            } else {
                character(b);
                i++;
            }
        }
        return out;
    }

    private void character(byte b) {
        if (b == '\\') {
            bytes[out++] = '/';
        } else if (isEscaped(b)) {
            bytes[out++] = '%';
            bytes[out++] = HEX[(b & 0xff) >> 4];
            bytes[out++] = HEX[b & 0xf];
        } else {
            bytes[out++] = b;
        }
    }

    // Dots.

    /** Bytes of the dot that begins here, plain or escaped; 0 = none does. */
    private int dot(int at, int end) {
        if (at < end && bytes[at] == '.') {
            return 1;
        }
        return at < end && bytes[at] == '%' && escaped(bytes, at, end) == '.' ? 3 : 0;
    }

    /** Behind a dot: answers where to read on. */
    private int dots(int at, int end) {
        boolean beginsSegment = out > begin && bytes[out - 1] == '/';
        if (beginsSegment && endsName(at, end)) {
            return nextSegment(at, end);
        }
        int second = dot(at, end);
        if (beginsSegment && second > 0 && endsName(at + second, end)) {
            up();
            return nextSegment(at + second, end);
        }
        bytes[out++] = '.';
        return at;
    }

    private boolean endsName(int at, int end) {
        return at == end || bytes[at] == ';' || isSlash(bytes[at]);
    }

    /** Drops a segment's parameters, with which {@code ..;x} is a parent to some servers (CVE-2026-73551). */
    private int nextSegment(int at, int end) {
        int next = at;
        while (next < end && !isSlash(bytes[next])) {
            next++;
        }
        return Math.min(next + 1, end);
    }

    private static boolean isSlash(byte b) {
        return b == '/' || b == '\\';
    }

    /** Takes the last segment back, if there is one. */
    private void up() {
        int slash = out - 1;
        if (slash == begin) {
            return;
        }
        do {
            slash--;
        } while (bytes[slash] != '/');
        out = slash + 1;
        if (strayPercent >= out) {
            strayPercent = Integer.MIN_VALUE;
        }
    }

    // Escapes.

    /** Reads a percent sign and what it escapes; answers where to read on. */
    private int percent(int at, int end, int value) {
        if (value < 0) {
            strayPercent = out;
            bytes[out++] = '%';
            return at + 1;
        }
        if (UNRESERVED[value]) {
            bytes[out++] = (byte) value;
            if (strayPercent >= out - 3) {
                unnest(at + 3, end);
            }
        } else {
            System.arraycopy(bytes, at, bytes, out, 3);
            out += 3;
        }
        return at + 3;
    }

    /** A percent sign that began no escape begins one now ({@code %%30a}): it becomes {@code %25}, which it stands for. */
    private void unnest(int next, int end) {
        byte first = bytes[strayPercent + 1];
        boolean both = strayPercent == out - 3;
        if (!both && next == end) {
            return;
        }
        byte second = both ? bytes[strayPercent + 2] : bytes[next];
        if (Character.digit(first, 16) < 0 || Character.digit(second, 16) < 0) {
            return;
        }
        System.arraycopy(bytes, strayPercent + 1, bytes, strayPercent + 3, both ? 2 : 1);
        bytes[strayPercent + 1] = '2';
        bytes[strayPercent + 2] = '5';
        out += 2;
        strayPercent = Integer.MIN_VALUE;
    }
}
