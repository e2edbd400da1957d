package dev.weft.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One case of the Gateway API suite: a sentence of the specification, a request, and what must come of it.
 *
 * @param says the sentence, and the type it is from
 * @param ask method and URL, e.g. {@code GET http://a/path}
 * @param with the request's headers
 * @param as the caller's namespace
 * @param expect what must come of it: {@code status} (200), {@code backend}, {@code path}, {@code host}, {@code sees} and
 *     {@code lacks} (headers at the backend), {@code answer} and {@code answerLacks} (headers at the client), {@code shares}
 *     (backend, or status, to percent of many requests)
 * @param envoy what a real Envoy does instead, where it differs; the difference has to be on the page of differences
 */
record RouteCase(
        String says,
        String ask,
        Map<String, String> with,
        String as,
        Map<String, Object> expect,
        Map<String, Object> envoy) {
    /** One answer, as the client saw it and with what the backend said it had received. */
    record Answer(int status, List<String> headers, String body) {
        Optional<String> header(String name) {
            return first(headers, name);
        }

        /** The backend that answered; empty for an answer of the proxy's own. */
        String backend() {
            return header("x-backend").orElse("");
        }

        /** A header as the backend received it. */
        Optional<String> received(String name) {
            return first(body.lines().skip(1).toList(), name);
        }

        String receivedPath() {
            String line = body.lines().findFirst().orElse("");
            return line.substring(line.indexOf(' ') + 1);
        }

        private static Optional<String> first(List<String> lines, String name) {
            String start = name.toLowerCase(java.util.Locale.ROOT) + ":";
            return lines.stream()
                    .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith(start))
                    .map(line -> line.substring(start.length()).strip())
                    .findFirst();
        }
    }

    static RouteCase of(Map<?, ?> fields) {
        return new RouteCase(
                text(fields, "says"),
                text(fields, "ask"),
                strings(fields.get("with")),
                fields.containsKey("as") ? text(fields, "as") : "shop",
                objects(fields.get("expect")),
                objects(fields.get("envoy")));
    }

    private static String text(Map<?, ?> fields, String name) {
        return String.valueOf(Objects.requireNonNull(fields.get(name), name + " is missing in " + fields));
    }

    private static Map<String, String> strings(@Nullable Object value) {
        Map<String, String> strings = new LinkedHashMap<>();
        objects(value).forEach((name, text) -> strings.put(name, String.valueOf(text)));
        return strings;
    }

    private static Map<String, Object> objects(@Nullable Object value) {
        Map<String, Object> objects = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, object) -> objects.put(String.valueOf(name), Objects.requireNonNull(object)));
        }
        return objects;
    }

    /** Percent of many requests per backend, or status of an answer without one; empty where one request suffices. */
    Map<String, String> shares(Map<String, Object> wanted) {
        return strings(wanted.get("shares"));
    }

    /** Everything that is not as wanted; empty if the answer is right. */
    List<String> faults(Map<String, Object> wanted, Answer answer) {
        List<String> faults = new ArrayList<>();
        check(faults, "status", wanted.getOrDefault("status", 200), answer.status());
        wanted.forEach((what, value) -> {
            switch (what) {
                case "status", "shares" -> {}
                case "backend" -> check(faults, what, value, answer.backend());
                case "path" -> check(faults, what, value, answer.receivedPath());
                case "host" ->
                    check(faults, what, value, answer.received("host").orElse(""));
                case "sees" ->
                    strings(value)
                            .forEach((name, text) -> check(
                                    faults,
                                    name + " at the backend",
                                    text,
                                    answer.received(name).orElse("(none)")));
                case "lacks" ->
                    ((List<?>) value)
                            .forEach(name -> check(
                                    faults,
                                    name + " at the backend",
                                    "(none)",
                                    answer.received(String.valueOf(name)).orElse("(none)")));
                case "answer" ->
                    strings(value)
                            .forEach((name, text) -> check(
                                    faults,
                                    name + " of the answer",
                                    text,
                                    answer.header(name).orElse("(none)")));
                case "answerLacks" ->
                    ((List<?>) value)
                            .forEach(name -> check(
                                    faults,
                                    name + " of the answer",
                                    "(none)",
                                    answer.header(String.valueOf(name)).orElse("(none)")));
                default -> throw new AssertionError("no such expectation: " + what);
            }
        });
        return faults;
    }

    /** {@code ~} in front of a wanted text makes it a regular expression. */
    private static void check(List<String> faults, String what, Object wanted, Object got) {
        String text = String.valueOf(wanted);
        boolean right = text.startsWith("~")
                ? Pattern.matches(text.substring(1), String.valueOf(got))
                : text.equals(String.valueOf(got));
        if (!right) {
            faults.add(what + " must be " + text + ", is " + got);
        }
    }
}
