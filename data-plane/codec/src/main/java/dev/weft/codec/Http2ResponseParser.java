package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpVersion;
import dev.weft.http.KnownHeader;
import dev.weft.http.ResponseHead;
import org.jspecify.annotations.Nullable;

/**
 * Turns decoded fields into a {@link ResponseHead}, as strict as {@link Http2RequestParser} (RFC 9113 §8.3.2). One per loop;
 * used for one block at a time.
 */
final class Http2ResponseParser implements HpackDecoder.Fields {
    private static final byte[] STATUS = Ascii.bytes(":status");

    private @Nullable ResponseHead head;
    private @Nullable String problem;
    private boolean regular;
    private long contentLength;
    private final MuxTag tag = new MuxTag();
    private boolean mux;

    /** Begins a head of a connection with those options. */
    void start(ResponseHead into, Http2Options options) {
        head = into;
        mux = options.mux() != Mux.OFF;
        tag.clear();
        into.version(HttpVersion.HTTP_2);
        problem = null;
        regular = false;
        contentLength = -1;
    }

    @Override
    public boolean field(HeaderBlock block, int nameStart, int nameEnd, int valueStart, int valueEnd) {
        String wrong = nameEnd > nameStart && block.bytes()[nameStart] == ':'
                ? status(block.bytes(), nameStart, nameEnd, valueStart, valueEnd)
                : regular(block, nameStart, nameEnd, valueStart, valueEnd);
        if (wrong != null && problem == null) {
            problem = wrong;
        }
        return wrong == null;
    }

    private @Nullable String status(byte[] bytes, int nameStart, int nameEnd, int start, int end) {
        ResponseHead into = java.util.Objects.requireNonNull(head);
        if (regular || into.status() != 0 || !Ascii.equals(STATUS, bytes, nameStart, nameEnd)) {
            return "http2.invalid_pseudo_header";
        }
        long status = end - start == 3 ? Ascii.parseDecimal(bytes, start, end) : -1;
        if (status < 100 || status > 599 || status == 101 && !mux) { // RFC 9113 §8.6: there is no 101
            return "http2.invalid_status";
        }
        into.status((int) status);
        return null;
    }

    private @Nullable String regular(HeaderBlock block, int nameStart, int nameEnd, int start, int end) {
        String wrong = Http2Fields.check(block.bytes(), nameStart, nameEnd, start, end);
        if (wrong != null) {
            return wrong;
        }
        if (mux && !regular && Ascii.equals(MuxTag.NAME, block.bytes(), nameStart, nameEnd)) {
            regular = true;
            tag.begin(start, end);
            return null;
        }
        regular = true;
        if (tag.isPresent()) {
            tag.apply(block.bytes(), nameStart, nameEnd);
        }
        block.addSpan(nameStart, nameEnd, start, end);
        KnownHeader known = block.known(block.count() - 1);
        if (known == null) {
            return null;
        }
        if (known != KnownHeader.CONTENT_LENGTH) {
            return known == KnownHeader.TE ? null : Http2Fields.connectionSpecific(known, block.bytes(), start, end);
        }
        long length = Ascii.parseDecimal(block.bytes(), start, end);
        if (length < 0 || contentLength >= 0) {
            return "http2.invalid_content_length";
        }
        contentLength = length;
        return null;
    }

    /** All fields came: answers what is wrong with the whole, or null. */
    @Nullable
    String finish() {
        ResponseHead into = java.util.Objects.requireNonNull(head);
        head = null;
        if (tag.isPresent()) {
            into.version(HttpVersion.HTTP_1_1);
            tag.reason(into);
        }
        return problem == null && into.status() == 0 ? "http2.missing_status" : problem;
    }

    /** The announced length of the body; -1 = none. */
    long contentLength() {
        return contentLength;
    }
}
