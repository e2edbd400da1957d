package dev.weft.http;

import java.util.Arrays;

/**
 * Brings the path of a request into one form, before anyone routes or authorises by it: what is looked at is then what is
 * sent on (requirements R30, R32). The steps and their order are Envoy's: escaped slashes, {@link CanonicalPath}, adjacent
 * slashes. The query is left alone, and so is a target that is no path ({@code *}, CONNECT).
 *
 * <p>Immutable, any thread. A path that is in its form already costs one look at its bytes; another one is written behind
 * the head's other bytes.
 */
public final class PathNormaliser {
    /** What to do with {@code %2F} and {@code %5C}: a slash to some servers, a character of a name to others. */
    public enum EscapedSlashes {
        KEEP,
        /** Refuse the request. */
        REJECT,
        /** Send the client to the path with slashes. */
        REDIRECT,
        /** Go on with the path with slashes. */
        UNESCAPE
    }

    /** What becomes of the request. */
    public enum Outcome {
        FORWARD,
        /** Its target is now where the client should go. */
        REDIRECT,
        /** Its path is not acceptable; the target may be anything. */
        REJECT
    }

    private final boolean canonical;
    private final boolean mergeSlashes;
    private final EscapedSlashes escapedSlashes;
    private final boolean[] suspicious = new boolean[256]; // characters that a path in its form may lack

    /**
     * @param canonical resolve dots and escapes as {@link CanonicalPath} does
     * @param mergeSlashes make one slash of several
     */
    public PathNormaliser(boolean canonical, boolean mergeSlashes, EscapedSlashes escapedSlashes) {
        this.canonical = canonical;
        this.mergeSlashes = mergeSlashes;
        this.escapedSlashes = escapedSlashes;
        for (int c = 0; c < suspicious.length; c++) {
            suspicious[c] = canonical && (c == '\\' || CanonicalPath.isEscaped((byte) c));
        }
        suspicious['%'] = canonical || escapedSlashes != EscapedSlashes.KEEP;
    }

    /** Normalises a head's path. */
    public Outcome normalise(RequestHead head) {
        int start = head.pathStart();
        int end = head.pathEnd();
        byte[] bytes = head.bytes();
        if (start == end || bytes[start] != '/' || isPlain(bytes, start, end)) {
            return Outcome.FORWARD;
        }
        return rewrite(head, start, end);
    }

    /** Whether nothing can be left to do; errs on the side of no. */
    private boolean isPlain(byte[] bytes, int start, int end) {
        boolean afterSlash = false;
        for (int i = start; i < end; i++) {
            byte b = bytes[i];
            if (suspicious[b & 0xff]) {
                return false;
            }
            if (afterSlash && (b == '.' ? canonical : b == '/' && mergeSlashes)) {
                return false;
            }
            afterSlash = b == '/';
        }
        return true;
    }

    private Outcome rewrite(RequestHead head, int start, int end) {
        int length = end - start;
        int query = head.targetEnd() - end;
        HeaderBlock block = head.headers();
        int from = block.reserve(length + length * CanonicalPath.GROWTH + query);
        byte[] bytes = block.bytes();
        int to = copy(bytes, start, end, from);
        boolean unescaped = to - from < length;
        if (unescaped && escapedSlashes == EscapedSlashes.REJECT) {
            return Outcome.REJECT;
        }
        if (canonical) {
            int done = new CanonicalPath(bytes, to).write(from, to);
            if (done < 0) {
                return Outcome.REJECT;
            }
            from = to;
            to = done;
        }
        if (mergeSlashes) {
            to = merge(bytes, from, to);
        }
        if (!Arrays.equals(bytes, from, to, bytes, start, end)) {
            System.arraycopy(bytes, end, bytes, to, query);
            block.advance(to + query - block.length());
            head.target(from, to + query);
        }
        return unescaped && escapedSlashes == EscapedSlashes.REDIRECT ? Outcome.REDIRECT : Outcome.FORWARD;
    }

    /** Copies a path, slashes unescaped unless they are to be kept; answers where the copy ends. */
    private int copy(byte[] bytes, int start, int end, int to) {
        if (escapedSlashes == EscapedSlashes.KEEP) {
            System.arraycopy(bytes, start, bytes, to, end - start);
            return to + end - start;
        }
        int out = to;
        for (int i = start; i < end; i++) {
            int slash = bytes[i] == '%' ? CanonicalPath.escaped(bytes, i, end) : -1;
            if (slash == '/' || slash == '\\') {
                bytes[out++] = (byte) slash;
                i += 2;
            } else {
                bytes[out++] = bytes[i];
            }
        }
        return out;
    }

    private static int merge(byte[] bytes, int from, int to) {
        int out = from;
        for (int i = from; i < to; i++) {
            if (bytes[i] != '/' || out == from || bytes[out - 1] != '/') {
                bytes[out++] = bytes[i];
            }
        }
        return out;
    }
}
