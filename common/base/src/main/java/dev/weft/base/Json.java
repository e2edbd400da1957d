package dev.weft.base;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A small strict JSON reader and writer (RFC 8259) over plain Java values: {@code Map<String, Object>} in document order,
 * {@code List<Object>}, {@code String}, {@code Long}, {@code Double}, {@code Boolean} and null. For the processes that do
 * not carry a JSON library (the proxy); never on the request path.
 */
public final class Json {
    private static final int MAX_DEPTH = 100;

    private Json() {}

    /** Thrown for text that is not JSON. */
    public static final class JsonException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** Line and column from 1. */
        public final int line;

        public final int column;

        JsonException(String message, int line, int column) {
            super("line " + line + ", column " + column + ": " + message);
            this.line = line;
            this.column = column;
        }
    }

    /** Parses one document; throws {@link JsonException} with line and column. Duplicate names are refused. */
    public static @Nullable Object parse(String text) {
        return new Parser(text).document();
    }

    /** Compact text of a value made of maps, lists, strings, numbers, booleans and nulls. */
    public static String write(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value, -1, 0);
        return out.toString();
    }

    /** The same with line breaks and an indent of two. */
    public static String writePretty(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value, 2, 0);
        return out.append('\n').toString();
    }

    private static void write(StringBuilder out, @Nullable Object value, int indent, int depth) {
        switch (value) {
            case null -> out.append("null");
            case CharSequence text -> quote(out, text);
            case Map<?, ?> map -> {
                out.append('{');
                boolean first = true;
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    separate(out, first, indent, depth + 1);
                    first = false;
                    quote(out, String.valueOf(entry.getKey()));
                    out.append(indent < 0 ? ":" : ": ");
                    write(out, entry.getValue(), indent, depth + 1);
                }
                close(out, first, indent, depth, '}');
            }
            case Iterable<?> items -> {
                out.append('[');
                boolean first = true;
                for (Object item : items) {
                    separate(out, first, indent, depth + 1);
                    first = false;
                    write(out, item, indent, depth + 1);
                }
                close(out, first, indent, depth, ']');
            }
            case Double number -> out.append(number.isNaN() || number.isInfinite() ? "null" : number.toString());
            case Number number -> out.append(number);
            case Boolean bool -> out.append(bool);
            default -> quote(out, value.toString());
        }
    }

    private static void separate(StringBuilder out, boolean first, int indent, int depth) {
        if (!first) {
            out.append(',');
        }
        if (indent >= 0) {
            out.append('\n').repeat(' ', indent * depth);
        }
    }

    private static void close(StringBuilder out, boolean empty, int indent, int depth, char bracket) {
        if (!empty && indent >= 0) {
            out.append('\n').repeat(' ', indent * depth);
        }
        out.append(bracket);
    }

    private static void quote(StringBuilder out, CharSequence text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || c == 0x2028 || c == 0x2029) {
                        out.append("\\u")
                                .append(hex(c >> 12))
                                .append(hex(c >> 8))
                                .append(hex(c >> 4))
                                .append(hex(c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static char hex(int nibble) {
        return Character.forDigit(nibble & 15, 16);
    }

    private static final class Parser {
        private final String text;
        private int at;

        Parser(String text) {
            this.text = text;
        }

        @Nullable
        Object document() {
            Object value = value(0);
            space();
            if (at < text.length()) {
                throw fail("text after the end of the document");
            }
            return value;
        }

        private @Nullable Object value(int depth) {
            if (depth > MAX_DEPTH) {
                throw fail("nested deeper than " + MAX_DEPTH);
            }
            space();
            if (at >= text.length()) {
                throw fail("unexpected end");
            }
            char c = text.charAt(at);
            return switch (c) {
                case '{' -> object(depth);
                case '[' -> array(depth);
                case '"' -> string();
                case 't' -> word("true", true);
                case 'f' -> word("false", false);
                case 'n' -> word("null", null);
                default -> number();
            };
        }

        private Map<String, @Nullable Object> object(int depth) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            at++;
            space();
            if (take('}')) {
                return map;
            }
            do {
                space();
                if (at >= text.length() || text.charAt(at) != '"') {
                    throw fail("expected a name in quotes");
                }
                String name = string();
                if (map.containsKey(name)) {
                    throw fail("duplicate name \"" + name + "\"");
                }
                space();
                if (!take(':')) {
                    throw fail("expected ':'");
                }
                map.put(name, value(depth + 1));
                space();
            } while (take(','));
            if (!take('}')) {
                throw fail("expected ',' or '}'");
            }
            return map;
        }

        private List<@Nullable Object> array(int depth) {
            List<@Nullable Object> list = new ArrayList<>();
            at++;
            space();
            if (take(']')) {
                return list;
            }
            do {
                list.add(value(depth + 1));
                space();
            } while (take(','));
            if (!take(']')) {
                throw fail("expected ',' or ']'");
            }
            return list;
        }

        private String string() {
            StringBuilder out = new StringBuilder();
            for (at++; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == '"') {
                    at++;
                    return out.toString();
                }
                if (c < 0x20) {
                    throw fail("control character in a string");
                }
                out.append(c == '\\' ? escape() : c);
            }
            throw fail("string without end");
        }

        private char escape() {
            at++;
            if (at >= text.length()) {
                throw fail("string without end");
            }
            return switch (text.charAt(at)) {
                case '"' -> '"';
                case '\\' -> '\\';
                case '/' -> '/';
                case 'b' -> '\b';
                case 'f' -> '\f';
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case 'u' -> {
                    if (at + 4 >= text.length()) {
                        throw fail("string without end");
                    }
                    int code = 0;
                    for (int i = 0; i < 4; i++) {
                        int digit = Character.digit(text.charAt(++at), 16);
                        if (digit < 0) {
                            throw fail("bad \\u escape");
                        }
                        code = code << 4 | digit;
                    }
                    yield (char) code;
                }
                default -> throw fail("bad escape");
            };
        }

        private Object number() {
            int start = at;
            take('-');
            int digits = at;
            digits();
            if (at == digits || at - digits > 1 && text.charAt(digits) == '0') {
                throw fail("expected a value");
            }
            boolean whole = true;
            if (take('.')) {
                whole = false;
                int fraction = at;
                digits();
                if (at == fraction) {
                    throw fail("digits missing after '.'");
                }
            }
            if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
                whole = false;
                at++;
                if (!take('+')) {
                    take('-');
                }
                int exponent = at;
                digits();
                if (at == exponent) {
                    throw fail("digits missing in the exponent");
                }
            }
            String number = text.substring(start, at);
            if (whole && number.length() <= 18) {
                return Long.parseLong(number);
            }
            return Double.parseDouble(number);
        }

        private void digits() {
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                at++;
            }
        }

        private @Nullable Object word(String word, @Nullable Object value) {
            if (!text.startsWith(word, at)) {
                throw fail("expected a value");
            }
            at += word.length();
            return value;
        }

        private boolean take(char c) {
            if (at < text.length() && text.charAt(at) == c) {
                at++;
                return true;
            }
            return false;
        }

        private void space() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private JsonException fail(String message) {
            int line = 1;
            int column = 1;
            for (int i = 0; i < Math.min(at, text.length()); i++) {
                column++;
                if (text.charAt(i) == '\n') {
                    line++;
                    column = 1;
                }
            }
            return new JsonException(message, line, column);
        }
    }
}
