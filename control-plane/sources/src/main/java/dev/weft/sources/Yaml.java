package dev.weft.sources;

import dev.weft.base.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Plain maps, lists and values as YAML: block style, strings in quotes where they could be read as something else. */
public final class Yaml {
    private Yaml() {}

    /** The text, with a line end. */
    public static String write(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value, 0, false);
        return out.toString();
    }

    private static void write(StringBuilder out, @Nullable Object value, int indent, boolean afterDash) {
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            boolean first = afterDash;
            for (Map.Entry<?, ?> member : map.entrySet()) {
                if (!first) {
                    out.repeat(' ', indent);
                }
                first = false;
                out.append(scalar(String.valueOf(member.getKey()))).append(':');
                nested(out, member.getValue(), indent);
            }
        } else if (value instanceof List<?> list && !list.isEmpty()) {
            boolean first = afterDash;
            for (Object item : list) {
                if (!first) {
                    out.repeat(' ', indent);
                }
                first = false;
                out.append("- ");
                write(out, item, indent + 2, true);
            }
        } else {
            out.append(leaf(value)).append('\n');
        }
    }

    private static void nested(StringBuilder out, @Nullable Object value, int indent) {
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            out.append('\n');
            write(out, value, indent + 2, false);
        } else if (value instanceof List<?> list && !list.isEmpty()) {
            out.append('\n');
            write(out, value, indent, false);
        } else {
            out.append(' ').append(leaf(value)).append('\n');
        }
    }

    private static String leaf(@Nullable Object value) {
        return switch (value) {
            case String text -> scalar(text);
            case Map<?, ?> map -> "{}";
            case List<?> list -> "[]";
            case null -> "null";
            default -> value.toString();
        };
    }

    private static String scalar(String text) {
        boolean plain = text.matches("[A-Za-z_/][A-Za-z0-9_./@+-]*(:[A-Za-z0-9_./@+-]+)*")
                && !text.matches("(?i)true|false|null|yes|no|on|off|y|n");
        return plain ? text : Json.write(text);
    }
}
