package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.HttpVersion;
import dev.weft.http.KnownHeader;
import dev.weft.http.ResponseHead;
import org.jspecify.annotations.Nullable;

/** Turns the collected lines of a response head into a {@link ResponseHead}; as strict as for requests. */
final class ResponseParser {
    private static final byte[] HTTP_1 = Ascii.bytes("HTTP/1.");

    private ResponseParser() {}

    /**
     * Fills head and framing; answers what is wrong, or null. The fields are in the head's block already.
     *
     * @param bodiless the request was HEAD: whatever the fields say, no body follows
     */
    static @Nullable Http1Error parse(
            ResponseHead head, int lineStart, int lineEnd, Framing framing, boolean bodiless) {
        byte[] bytes = head.bytes();
        // HTTP/1.x SP 3DIGIT [ SP reason ]; RFC 9112 §4 wants the second space, many servers leave it out.
        if (lineEnd - lineStart < 12
                || !Ascii.equals(HTTP_1, bytes, lineStart, lineStart + 7)
                || bytes[lineStart + 7] != '0' && bytes[lineStart + 7] != '1'
                || bytes[lineStart + 8] != ' '
                || lineEnd > lineStart + 12 && bytes[lineStart + 12] != ' ') {
            return Http1Error.BAD_STATUS_LINE;
        }
        head.version(bytes[lineStart + 7] == '0' ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1);
        int status = (int) Ascii.parseDecimal(bytes, lineStart + 9, lineStart + 12);
        int reason = Math.min(lineStart + 13, lineEnd);
        if (status < 100 || status > 599 || !Syntax.isFieldValue(bytes, reason, lineEnd)) {
            return Http1Error.BAD_STATUS_LINE;
        }
        head.status(status);
        head.reason(reason, lineEnd);
        Http1Error error = framing.read(head.headers(), head.version());
        if (error != null) {
            return error;
        }
        if (status < 200 || status == 204) {
            error = noBody(head, framing);
            if (error != null) {
                return error;
            }
        }
        if (bodiless || status < 200 || status == 204 || status == 304) {
            framing.set(Framing.Kind.NONE);
        } else if (framing.kind() == Framing.Kind.NONE && !hasLength(head)) {
            framing.set(Framing.Kind.UNTIL_CLOSE);
        }
        return null;
    }

    /** RFC 9110 §8.6, RFC 9112 §6.1: these name no body. A length of zero is harmless and taken out, as Envoy does. */
    private static @Nullable Http1Error noBody(ResponseHead head, Framing framing) {
        return switch (framing.kind()) {
            case CHUNKED -> Http1Error.CHUNKED_NOT_ALLOWED;
            case LENGTH -> Http1Error.LENGTH_NOT_ALLOWED;
            case NONE, UNTIL_CLOSE -> {
                head.headers().remove(KnownHeader.CONTENT_LENGTH);
                yield null;
            }
        };
    }

    private static boolean hasLength(ResponseHead head) {
        return head.headers().has(KnownHeader.CONTENT_LENGTH);
    }
}
