package dev.weft.xdsmodel;

import dev.weft.base.Diagnostic;
import dev.weft.xdsschema.FieldType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What Weft makes of each field and extension: {@code supported}, {@code advisory} (ignoring it changes no answer) or, for
 * all that is not named, {@code semantic} (decision 2). A static bootstrap with an unsupported field of either sort is
 * refused; over xDS an advisory one is accepted and told. The table is the file {@code fields.txt} beside this class;
 * {@code docs/envoy-config.md} is made of it, and a test checks that parsers ask for exactly what it calls supported.
 */
final class FieldTable {
    static final String HINT = "remove it; docs/envoy-config.md lists what is supported";

    /** What is made of a field. */
    enum Treatment {
        SUPPORTED("supported"),
        ADVISORY("advisory"),
        /** Of an extension that does nothing without a setting. */
        ADVISORY_IF_EMPTY("advisory-if-empty"),
        SEMANTIC("semantic");

        private final String word;

        Treatment(String word) {
            this.word = word;
        }

        static Treatment of(String word) {
            for (Treatment treatment : values()) {
                if (treatment.word.equals(word)) {
                    return treatment;
                }
            }
            throw new IllegalArgumentException("fields.txt: no treatment '" + word + "'");
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** One line of the table. {@code name} is empty for an extension. */
    record Entry(String message, String name, Treatment treatment, String text) {
        String key() {
            return name.isEmpty() ? message : message + "." + name;
        }
    }

    private static final class Holder {
        static final Map<String, Treatment> BY_KEY = byKey(); // read when the first unsupported field turns up
    }

    /** Treatment of fields seen so far; far fewer than there are values. */
    private static final Map<FieldType, Treatment> SEEN = new ConcurrentHashMap<>();

    private FieldTable() {}

    static Treatment of(String key) {
        return Holder.BY_KEY.getOrDefault(key, Treatment.SEMANTIC);
    }

    /** Reports an extension no parser has. */
    static void unsupportedExtension(MessageView any, String type) {
        if (type.isEmpty()) {
            any.error("", "required", "must say what is wanted", "give its @type");
            return;
        }
        Treatment treatment = of(type);
        boolean advisory = treatment == Treatment.ADVISORY
                || (treatment == Treatment.ADVISORY_IF_EMPTY && WellKnown.anyBytes(any).length == 0);
        report(any.reading(), "unsupported-extension", advisory, any.path(), type + " is not supported");
    }

    /**
     * Reports every field that is set and that no parser asked for, or that is read but not acted on yet (which the table
     * does not call supported).
     */
    static void reportUnasked(MessageView view) {
        Reading reading = view.reading();
        for (int number : view.unknownNumbers()) {
            reading.add(Diagnostic.warning(
                    "unknown-field",
                    view.path("#" + number),
                    "field number " + number + " of " + view.type() + " is unknown here and ignored",
                    ""));
        }
        if (view.payload() != null) {
            reportUnasked(view.payload());
            return;
        }
        if (WellKnown.hasOwnJson(view.type())) {
            return;
        }
        for (FieldType field : view.type().fields()) {
            Object value = view.value(field);
            if (value == null) {
                continue;
            }
            Treatment treatment = SEEN.computeIfAbsent(field, f -> of(f.toString()));
            if (!view.isAsked(field) || (treatment != Treatment.SUPPORTED && !isNeutral(value))) {
                boolean advisory = treatment == Treatment.ADVISORY;
                report(reading, "unsupported-field", advisory, view.path(field.name()), "not supported");
            } else if (value instanceof MessageView child) {
                reportUnasked(child);
            } else if (value instanceof List<?> items) {
                items.forEach(FieldTable::reportItem);
            } else if (value instanceof Map<?, ?> entries) {
                entries.values().forEach(FieldTable::reportItem);
            }
        }
    }

    /** A wrapper or duration of zero: what Envoy means without it, for the fields this is asked of. */
    private static boolean isNeutral(Object value) {
        return value instanceof MessageView view
                && (WellKnown.isWrapper(view.type()) || view.isMessageOf(WellKnown.DURATION))
                && view.isEmpty();
    }

    private static void reportItem(Object item) {
        if (item instanceof MessageView view) {
            reportUnasked(view);
        }
    }

    private static void report(Reading reading, String code, boolean advisory, String path, String problem) {
        if (advisory && reading.mode() == Reading.Mode.DYNAMIC) {
            reading.add(Diagnostic.warning(code, path, problem + " and ignored", ""));
        } else {
            reading.add(Diagnostic.error(code, path, problem, HINT));
        }
    }

    private static Map<String, Treatment> byKey() {
        Map<String, Treatment> byKey = new HashMap<>();
        entries().forEach(entry -> byKey.put(entry.key(), entry.treatment()));
        return byKey;
    }

    /**
     * All lines: a message's full name at the start of a line, then its fields, indented, each with its treatment and what
     * there is to say; or {@code extension}, its name, treatment and text.
     */
    static List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        String message = "";
        for (String line : text().split("\n", -1)) {
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            boolean extension = line.startsWith("extension ");
            if (extension || line.startsWith(" ")) {
                int name = extension ? "extension ".length() : 2;
                int treatment = line.indexOf(' ', name) + 1;
                int text = (line + " ").indexOf(' ', treatment);
                String first = line.substring(name, treatment - 1);
                entries.add(new Entry(
                        extension ? first : message,
                        extension ? "" : first,
                        Treatment.of(line.substring(treatment, text)),
                        line.substring(text).strip()));
            } else {
                message = line;
            }
        }
        return entries;
    }

    private static String text() {
        try (InputStream in = FieldTable.class.getResourceAsStream("fields.txt")) {
            if (in == null) {
                throw new IllegalStateException("fields.txt is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
