package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.KnownHeader;
import org.jspecify.annotations.Nullable;

/** What a field of HTTP/2 may look like (RFC 9113 §8.2), in heads and trailers of both kinds. */
final class Http2Fields {
    private static final byte[] TRAILERS = Ascii.bytes("trailers");

    private Http2Fields() {}

    /** Answers what is wrong with a name and its value, or null. */
    static @Nullable String check(byte[] bytes, int nameStart, int nameEnd, int start, int end) {
        if (!Syntax.isToken(bytes, nameStart, nameEnd)) {
            return "http2.invalid_field_name";
        }
        for (int i = nameStart; i < nameEnd; i++) {
            if (bytes[i] >= 'A' && bytes[i] <= 'Z') {
                return "http2.upper_case_field_name";
            }
        }
        if (!Syntax.isFieldValue(bytes, start, end)
                || start < end && (isSpace(bytes[start]) || isSpace(bytes[end - 1]))) {
            return "http2.invalid_field_value";
        }
        return null;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t';
    }

    /** Fields that speak of one HTTP/1.1 connection are malformed here (RFC 9113 §8.2.2). */
    static @Nullable String connectionSpecific(KnownHeader known, byte[] bytes, int start, int end) {
        return switch (known) {
            case CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TRANSFER_ENCODING, UPGRADE, HTTP2_SETTINGS ->
                "http2.connection_specific_field";
            case TE -> Ascii.equalsIgnoreCase(TRAILERS, bytes, start, end) ? null : "http2.connection_specific_field";
            default -> null;
        };
    }

    /** Collects trailers; answers what is wrong with them. */
    static final class Trailers implements HpackDecoder.Fields {
        private final MuxTag tag = new MuxTag();
        private final boolean mux;
        private boolean begun;
        private @Nullable String problem;

        Trailers(Http2Options options) {
            mux = options.mux() != Mux.OFF;
        }

        @Override
        public boolean field(HeaderBlock block, int nameStart, int nameEnd, int valueStart, int valueEnd) {
            byte[] bytes = block.bytes();
            String wrong = nameEnd > nameStart && bytes[nameStart] == ':'
                    ? "http2.pseudo_header_in_trailers"
                    : check(bytes, nameStart, nameEnd, valueStart, valueEnd);
            if (wrong != null) {
                problem = wrong;
                return false;
            }
            if (mux && !begun && Ascii.equals(MuxTag.NAME, bytes, nameStart, nameEnd)) {
                tag.begin(valueStart, valueEnd);
            } else {
                if (tag.isPresent()) {
                    tag.apply(bytes, nameStart, nameEnd);
                }
                block.addSpan(nameStart, nameEnd, valueStart, valueEnd);
            }
            begun = true;
            return true;
        }

        @Nullable
        String problem() {
            return problem;
        }
    }
}
