package dev.weft.codec;

import dev.weft.http.HeaderBlock;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Collects a head (or a trailer section) from received buffers into its {@link HeaderBlock} and splits it into fields.
 * Accepts CR LF line ends only, no folding, no space around a field name.
 *
 * <p>Bytes may arrive in any pieces; the outcome does not depend on where they are cut.
 */
final class HeadReader {
    /** Bytes copied per step: more than a usual head, so that one step is enough and little body is copied in vain. */
    private static final int STEP = 1024;

    private final Http1Limits limits;
    private final boolean hasStartLine;
    private int lineStart;
    private int scanned;
    private boolean startLineRead;
    private boolean blankLineSkipped;
    private int startLineEnd;
    private @Nullable Http1Error error;

    HeadReader(Http1Limits limits, boolean hasStartLine) {
        this.limits = limits;
        this.hasStartLine = hasStartLine;
    }

    /** Ready for the next head. */
    void reset() {
        lineStart = 0;
        scanned = 0;
        startLineRead = false;
        blankLineSkipped = false;
        startLineEnd = 0;
        error = null;
    }

    /** Whether bytes of an unfinished head were read. */
    boolean isInside(HeaderBlock block) {
        return block.length() > 0;
    }

    /** What is wrong; null as long as nothing is. */
    @Nullable
    Http1Error error() {
        return error;
    }

    /** Start of the start line within the block. */
    int startLineStart() {
        return blankLineSkipped ? 2 : 0;
    }

    /** End of the start line within the block, its CR LF left out. */
    int startLineEnd() {
        return startLineEnd;
    }

    /** Reads on; true when the head is complete (the buffer then stands at the first byte after it) or wrong. */
    boolean read(ByteBuf in, HeaderBlock block) {
        while (in.isReadable()) {
            int n = Math.min(in.readableBytes(), STEP);
            int at = block.reserve(n);
            in.readBytes(block.bytes(), at, n);
            block.advance(n);
            if (scan(block)) {
                if (error != null) {
                    return true;
                }
                // What was copied beyond the head goes back.
                in.readerIndex(in.readerIndex() - (block.length() - lineStart));
                block.advance(lineStart - block.length());
                return true;
            }
        }
        return false;
    }

    private boolean scan(HeaderBlock block) {
        byte[] bytes = block.bytes();
        int length = block.length();
        while (true) {
            if (hasStartLine && !startLineRead && lineStart < length && !mayBegin(bytes, lineStart)) {
                return fail(Http1Error.BAD_REQUEST_LINE);
            }
            int lf = Syntax.indexOfLf(bytes, scanned, length);
            int size = lf < 0 ? length : lf + 1;
            if (!startLineRead && hasStartLine && size - lineStart > limits.startLine()) {
                return fail(Http1Error.REQUEST_LINE_TOO_LONG);
            }
            if (size > limits.head()) {
                return fail(Http1Error.HEAD_TOO_LARGE);
            }
            if (lf < 0) {
                scanned = length;
                return false;
            }
            scanned = lf + 1;
            int end = lf - 1;
            if (end < lineStart || bytes[end] != '\r') {
                return fail(Http1Error.BAD_LINE_END);
            }
            int start = lineStart;
            lineStart = scanned;
            if (start == end) {
                if (startLineRead || !hasStartLine) {
                    return true;
                }
                if (blankLineSkipped) {
                    return fail(Http1Error.BAD_REQUEST_LINE);
                }
                blankLineSkipped = true; // RFC 9112 §2.2: ignore one empty line before a request
            } else if (hasStartLine && !startLineRead) {
                startLineRead = true;
                startLineEnd = end;
            } else if (!field(block, bytes, start, end)) {
                return true;
            }
        }
    }

    /** A start line begins with a token: what speaks TLS here need not be waited for until it has sent a line. */
    private static boolean mayBegin(byte[] bytes, int at) {
        return bytes[at] == '\r' || bytes[at] == '\n' || Syntax.endOfToken(bytes, at, at + 1) > at;
    }

    private boolean field(HeaderBlock block, byte[] bytes, int start, int end) {
        if (bytes[start] == ' ' || bytes[start] == '\t') {
            return !fail(Http1Error.FOLDED_LINE);
        }
        int colon = Syntax.endOfToken(bytes, start, end);
        if (colon == start || colon == end || bytes[colon] != ':') {
            return !fail(Http1Error.BAD_FIELD_NAME);
        }
        int from = colon + 1;
        int to = end;
        while (from < to && (bytes[from] == ' ' || bytes[from] == '\t')) {
            from++;
        }
        while (to > from && (bytes[to - 1] == ' ' || bytes[to - 1] == '\t')) {
            to--;
        }
        if (!Syntax.isFieldValue(bytes, from, to)) {
            return !fail(Http1Error.BAD_FIELD_VALUE);
        }
        if (block.count() == limits.fields()) {
            return !fail(Http1Error.TOO_MANY_FIELDS);
        }
        block.addSpan(start, colon, from, to);
        return true;
    }

    private boolean fail(Http1Error problem) {
        error = problem;
        return true;
    }
}
