package dev.weft.proxycore;

import dev.weft.base.Json;
import dev.weft.xdsmodel.AccessLog;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** An access-log format compiled to a list of pieces. Operators are Envoy's; an unknown one is written as it stands. */
final class LogFormat {
    /** Envoy's default text format. */
    static final String STANDARD = "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" "
            + "%RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% "
            + "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\" "
            + "\"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\"\n";

    private static final byte[] NOTHING = {};
    private static final byte[] NONE = {'-'};
    private static final Set<String> NUMBERS =
            Set.of("RESPONSE_CODE", "BYTES_RECEIVED", "BYTES_SENT", "DURATION", "RESPONSE_DURATION");

    /** A literal text, or an operator. */
    private record Piece(byte[] text, @Nullable LogField field) {}

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
            pieces.add(literal(literal.toString()));
            literal.setLength(0);
        }
    }

    private static Piece literal(String text) {
        return new Piece(text.getBytes(StandardCharsets.UTF_8), null);
    }

    /** {@code NAME}, {@code NAME(argument)} or {@code NAME(argument):limit}. */
    private static Piece operator(String text) {
        int open = text.indexOf('(');
        int close = text.lastIndexOf(')');
        if (open < 0 || close < open) {
            return new Piece(NOTHING, LogField.of(text, "", -1));
        }
        int limit = -1;
        if (text.startsWith(":", close + 1)) {
            try {
                limit = Integer.parseInt(text.substring(close + 2));
            } catch (NumberFormatException e) {
                return literal("%" + text + "%");
            }
        }
        return new Piece(NOTHING, LogField.of(text.substring(0, open), text.substring(open + 1, close), limit));
    }

    /** Whether it holds such an operator. */
    boolean uses(Predicate<LogField> operator) {
        return pieces.stream().anyMatch(piece -> piece.field() != null && operator.test(piece.field()))
                || json != null && uses(json, operator);
    }

    private static boolean uses(Map<?, ?> fields, Predicate<LogField> operator) {
        return fields.values().stream()
                .anyMatch(leaf -> leaf instanceof LogFormat format && format.uses(operator)
                        || leaf instanceof Map<?, ?> nested && uses(nested, operator));
    }

    /** Appends the line for what ended, its line break included. */
    void write(LogSource source, LogLine out) {
        if (json != null) {
            out.literal((Json.write(values(json, source)) + "\n").getBytes(StandardCharsets.UTF_8));
            return;
        }
        for (int i = 0; i < pieces.size(); i++) {
            Piece piece = pieces.get(i);
            LogField field = piece.field();
            if (field == null) {
                out.literal(piece.text());
            } else if (!source.append(field, out)) {
                out.literal(NONE);
            }
        }
    }

    /** Of one leaf of JSON, which does its own escaping. */
    private String text(LogSource source) {
        StringBuilder out = new StringBuilder();
        for (Piece piece : pieces) {
            LogField field = piece.field();
            String value = field == null ? new String(piece.text(), StandardCharsets.UTF_8) : value(field, source);
            out.append(value == null || value.isEmpty() ? "-" : value);
        }
        return out.toString();
    }

    private static @Nullable String value(LogField field, LogSource source) {
        String value = source.value(field.name(), field.argument());
        return value != null && field.limit() >= 0 && field.limit() < value.length()
                ? value.substring(0, field.limit())
                : value;
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

    /** As Envoy: an operator by itself keeps its type, and null when it has no value. */
    private @Nullable Object leaf(LogSource source) {
        LogField field = pieces.size() == 1 ? pieces.get(0).field() : null;
        if (field == null) {
            return text(source);
        }
        String value = value(field, source);
        return value != null && NUMBERS.contains(field.name()) ? Long.valueOf(value) : value;
    }
}
