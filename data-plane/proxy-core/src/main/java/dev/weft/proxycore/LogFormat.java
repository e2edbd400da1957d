package dev.weft.proxycore;

import dev.weft.base.Json;
import dev.weft.xdsmodel.AccessLog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An access-log format compiled to a list of pieces. Operators are Envoy's; an unknown one is written as it stands. */
final class LogFormat {
    /** Envoy's default text format. */
    static final String STANDARD = "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" "
            + "%RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% "
            + "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\" "
            + "\"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\"\n";

    private static final Set<String> NUMBERS =
            Set.of("RESPONSE_CODE", "BYTES_RECEIVED", "BYTES_SENT", "DURATION", "RESPONSE_DURATION");

    /** A literal text, or an operator with its argument. */
    private record Piece(boolean operator, String text, String argument, int limit) {}

    private final List<Piece> pieces = new ArrayList<>();
    private final @Nullable Map<String, @Nullable Object> json; // leaves are LogFormats or values

    private LogFormat(String text) {
        json = null;
        int at = 0;
        StringBuilder literal = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at);
            int end = c == '%' ? text.indexOf('%', at + 1) : -1;
            if (end < 0) {
                literal.append(c);
                at++;
            } else if (end == at + 1) {
                literal.append('%');
                at += 2;
            } else {
                flush(literal);
                pieces.add(operator(text.substring(at + 1, end)));
                at = end + 1;
            }
        }
        flush(literal);
    }

    private LogFormat(Map<String, @Nullable Object> fields) {
        json = compile(fields);
    }

    static LogFormat of(AccessLog.Format format) {
        return switch (format) {
            case AccessLog.Format.Standard standard -> new LogFormat(STANDARD);
            case AccessLog.Format.Text text -> new LogFormat(text.format());
            case AccessLog.Format.Json fields -> new LogFormat(fields.fields());
        };
    }

    private static Map<String, @Nullable Object> compile(Map<?, ?> fields) {
        Map<String, @Nullable Object> compiled = new LinkedHashMap<>();
        fields.forEach((name, value) -> {
            Object leaf = value;
            if (value instanceof String text) {
                leaf = new LogFormat(text);
            } else if (value instanceof Map<?, ?> nested) {
                leaf = compile(nested);
            }
            compiled.put(String.valueOf(name), leaf);
        });
        return compiled;
    }

    private void flush(StringBuilder literal) {
        if (!literal.isEmpty()) {
            pieces.add(new Piece(false, literal.toString(), "", -1));
            literal.setLength(0);
        }
    }

    /** {@code NAME}, {@code NAME(argument)} or {@code NAME(argument):limit}. */
    private static Piece operator(String text) {
        int open = text.indexOf('(');
        int close = text.lastIndexOf(')');
        if (open < 0 || close < open) {
            return new Piece(true, text, "", -1);
        }
        int limit = -1;
        if (text.startsWith(":", close + 1)) {
            try {
                limit = Integer.parseInt(text.substring(close + 2));
            } catch (NumberFormatException e) {
                return new Piece(false, "%" + text + "%", "", -1);
            }
        }
        return new Piece(true, text.substring(0, open), text.substring(open + 1, close), limit);
    }

    /** The line for what ended, its line break included. */
    String line(LogSource source) {
        if (json != null) {
            return Json.write(values(json, source)) + "\n";
        }
        return text(source, true);
    }

    private String text(LogSource source, boolean escape) {
        StringBuilder out = new StringBuilder(256);
        for (Piece piece : pieces) {
            if (!piece.operator()) {
                out.append(piece.text());
                continue;
            }
            String value = value(piece, source);
            if (value == null || value.isEmpty()) {
                out.append('-');
            } else if (escape) {
                append(out, value);
            } else {
                out.append(value);
            }
        }
        return out.toString();
    }

    private static @Nullable String value(Piece piece, LogSource source) {
        String value = source.value(piece.text().toUpperCase(Locale.ROOT), piece.argument());
        return value != null && piece.limit() >= 0 && piece.limit() < value.length()
                ? value.substring(0, piece.limit())
                : value;
    }

    /** What clients choose must not forge lines: control characters and quotes are escaped. */
    private static void append(StringBuilder out, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < 0x20 || c == 0x7f || c == '"' || c == '\\') {
                out.append("\\x").append(Character.forDigit(c >> 4 & 15, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                out.append(c);
            }
        }
    }

    private static Map<String, @Nullable Object> values(Map<String, @Nullable Object> fields, LogSource source) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        fields.forEach((name, leaf) -> {
            Object value = leaf;
            if (leaf instanceof LogFormat format) {
                value = format.leaf(source);
            } else if (leaf instanceof Map<?, ?> nested) {
                @SuppressWarnings("unchecked")
                Map<String, @Nullable Object> inner = (Map<String, @Nullable Object>) nested;
                value = values(inner, source);
            }
            values.put(name, value);
        });
        return values;
    }

    /** As Envoy: an operator by itself keeps its type, and null when it has no value. JSON does its own escaping. */
    private @Nullable Object leaf(LogSource source) {
        if (pieces.size() != 1 || !pieces.get(0).operator()) {
            return text(source, false);
        }
        Piece piece = pieces.get(0);
        String value = value(piece, source);
        return value != null && NUMBERS.contains(piece.text().toUpperCase(Locale.ROOT)) ? Long.valueOf(value) : value;
    }
}
