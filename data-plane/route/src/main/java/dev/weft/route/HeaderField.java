package dev.weft.route;

import dev.weft.http.HeaderBlock;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What a header matcher's name stands for: the lines of a field, or a part of the request line. Its lines are walked by
 * index, {@code first} then {@code next} until -1, without making an object.
 */
final class HeaderField {
    private enum Source {
        FIELD,
        METHOD,
        AUTHORITY,
        PATH,
        SCHEME
    }

    private static final int NONE = -1;
    private static final int ONLY = Integer.MAX_VALUE; // what has no lines
    private static final byte[] HTTP = "http".getBytes(StandardCharsets.US_ASCII);

    private final Source source;
    private final byte[] name;

    HeaderField(String configured) {
        String lower = configured.toLowerCase(Locale.ROOT);
        source = switch (lower) {
            case ":method" -> Source.METHOD;
            case ":authority", "host" -> Source.AUTHORITY;
            case ":path" -> Source.PATH;
            case ":scheme" -> Source.SCHEME;
            default -> Source.FIELD;
        };
        name = lower.getBytes(StandardCharsets.UTF_8);
    }

    int first(RequestHead head) {
        return switch (source) {
            case FIELD -> head.headers().find(name, 0);
            case METHOD -> ONLY;
            case AUTHORITY -> head.authorityStart() < head.authorityEnd() ? ONLY : NONE;
            case PATH -> head.targetStart() < head.targetEnd() ? ONLY : NONE;
            case SCHEME -> {
                int forwarded = head.headers().find(KnownHeader.X_FORWARDED_PROTO);
                yield forwarded < 0 ? ONLY : forwarded;
            }
        };
    }

    int next(RequestHead head, int line) {
        return source == Source.FIELD ? head.headers().find(name, line + 1) : NONE;
    }

    byte[] bytes(RequestHead head, int line) {
        return source == Source.SCHEME && line == ONLY ? HTTP : head.bytes();
    }

    int start(RequestHead head, int line) {
        HeaderBlock headers = head.headers();
        return switch (source) {
            case FIELD -> headers.valueStart(line);
            case METHOD -> head.methodStart();
            case AUTHORITY -> head.authorityStart();
            case PATH -> head.targetStart();
            case SCHEME -> line == ONLY ? 0 : headers.valueStart(line);
        };
    }

    int end(RequestHead head, int line) {
        HeaderBlock headers = head.headers();
        return switch (source) {
            case FIELD -> headers.valueEnd(line);
            case METHOD -> head.methodEnd();
            case AUTHORITY -> head.authorityEnd();
            case PATH -> head.targetEnd();
            case SCHEME -> line == ONLY ? HTTP.length : headers.valueEnd(line);
        };
    }
}
