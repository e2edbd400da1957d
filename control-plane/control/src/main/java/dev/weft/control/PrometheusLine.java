package dev.weft.control;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One sample of the Prometheus text format. */
record PrometheusLine(String name, Map<String, String> labels, double value) {
    /** A label's value; empty when it is absent. */
    String label(String key) {
        return labels.getOrDefault(key, "");
    }

    /** Parses a line; null for comments, blank lines and what is no sample. */
    static @Nullable PrometheusLine parse(String line) {
        if (line.isEmpty() || line.charAt(0) == '#') {
            return null;
        }
        int brace = line.indexOf('{');
        int space = line.indexOf(' ');
        if (space < 0) {
            return null;
        }
        Map<String, String> labels = Map.of();
        int end = space;
        String name;
        if (brace >= 0 && brace < space) {
            name = line.substring(0, brace);
            labels = new HashMap<>();
            end = labels(line, brace + 1, labels);
            if (end < 0) {
                return null;
            }
        } else {
            name = line.substring(0, space);
        }
        String rest = line.substring(end).strip();
        int time = rest.indexOf(' '); // an optional time stamp follows the value
        try {
            return new PrometheusLine(name, labels, number(time < 0 ? rest : rest.substring(0, time)));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Reads up to the closing brace; returns the place after it, -1 when there is none. */
    private static int labels(String line, int from, Map<String, String> into) {
        int at = from;
        while (at < line.length() && line.charAt(at) != '}') {
            int equals = line.indexOf('=', at);
            if (equals < 0 || equals + 1 >= line.length() || line.charAt(equals + 1) != '"') {
                return -1;
            }
            StringBuilder value = new StringBuilder();
            int i = equals + 2;
            while (i < line.length() && line.charAt(i) != '"') {
                char c = line.charAt(i++);
                if (c == '\\' && i < line.length()) {
                    char escaped = line.charAt(i++);
                    c = escaped == 'n' ? '\n' : escaped;
                }
                value.append(c);
            }
            into.put(line.substring(at, equals).strip(), value.toString());
            at = i + 1;
            if (at < line.length() && line.charAt(at) == ',') {
                at++;
            }
        }
        return at < line.length() ? at + 1 : -1;
    }

    static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }
}
