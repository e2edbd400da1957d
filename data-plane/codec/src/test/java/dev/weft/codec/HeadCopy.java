package dev.weft.codec;

import dev.weft.http.HeaderBlock;
import dev.weft.http.RequestHead;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request head that was written for the next hop, and what that hop reads of it. */
record HeadCopy(
        @Nullable Http1Error error,
        String method,
        String target,
        String authority,
        List<String> fields,
        Framing.Kind kind,
        long length) {
    /** Writes a head as HTTP/1.1. */
    static byte[] write(RequestHead head, boolean chunked) {
        HeadWriter writer = new HeadWriter();
        writer.request(head, chunked, false);
        return Arrays.copyOf(writer.bytes(), writer.length());
    }

    /** Reads a head as our own server would; null when the bytes hold no whole head. */
    static @Nullable HeadCopy read(byte[] bytes) {
        RequestHead head = new RequestHead(64);
        HeadReader reader = new HeadReader(Http1Limits.REQUEST, true);
        if (!reader.read(Unpooled.wrappedBuffer(bytes), head.headers())) {
            return null;
        }
        Framing framing = new Framing();
        Http1Error error = reader.error();
        if (error == null) {
            error = RequestParser.parse(head, reader.startLineStart(), reader.startLineEnd(), framing);
        }
        return of(head, error, framing.kind(), framing.length());
    }

    static HeadCopy of(RequestHead head, @Nullable Http1Error error, Framing.Kind kind, long length) {
        return new HeadCopy(
                error,
                head.methodText(),
                head.targetText(),
                head.authorityText(),
                fields(head.headers()),
                kind,
                length);
    }

    /** All fields but Host and those that concern one connection. */
    private static List<String> fields(HeaderBlock headers) {
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < headers.count(); i++) {
            if (headers.isRemoved(i)) {
                continue;
            }
            String field = headers.name(i) + ": " + headers.value(i);
            if (!field.toLowerCase(java.util.Locale.ROOT)
                    .matches("(?s)(host|connection|keep-alive|proxy-connection|transfer-encoding|upgrade"
                            + "|http2-settings|te): .*")) {
                fields.add(field);
            }
        }
        return fields;
    }
}
