package dev.weft.sources;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * The typed fields of one YAML mapping. A field of the wrong type or out of range is reported and read as absent, so that
 * reading goes on and finds everything else; fields nobody asked for are reported at the end. A null value counts as absent.
 */
final class FieldReader {
    private final Findings findings;
    private final String path;
    private final Map<String, Node> fields = new LinkedHashMap<>();
    private final Set<String> asked = new TreeSet<>();
    private final Set<String> unused = new HashSet<>();

    FieldReader(Findings findings, MappingNode node, String path) {
        this.findings = findings;
        this.path = path;
        findings.place(path, node);
        for (NodeTuple tuple : node.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                findings.error("wrong-type", path, "a field's name must be a plain word", "");
                continue;
            }
            String name = key.getValue();
            if (fields.containsKey(name)) {
                findings.error("duplicate-field", at(name), "is there twice", "remove one of them");
                continue;
            }
            findings.place(at(name), key);
            fields.put(name, tuple.getValueNode());
        }
        findings.opened(this);
    }

    String path() {
        return path;
    }

    /** The path of a field of this mapping. */
    String at(String name) {
        return at(path, name);
    }

    static String at(String path, String name) {
        String step = name.indexOf('.') < 0 && name.indexOf('[') < 0 ? name : "\"" + name + "\"";
        return path.isEmpty() ? step : path + "." + step;
    }

    Findings findings() {
        return findings;
    }

    /** Whether the field is there and not null. */
    boolean has(String name) {
        return value(name) != null;
    }

    /** The names of all fields, for a mapping whose names are data. */
    List<String> names() {
        return List.copyOf(fields.keySet());
    }

    private @Nullable Node value(String name) {
        asked.add(name);
        Node node = fields.get(name);
        return node == null || node.getTag().equals(Tag.NULL) ? null : node;
    }

    /** Names fields of the document's own schema that Weft does not use: a warning, not an error. */
    void unused(String... names) {
        unused.addAll(List.of(names));
    }

    /** Names a field of the document's own schema that cannot be done as it says: an error if it is there. */
    void refused(String name, String problem, String hint) {
        if (has(name)) {
            findings.error("unsupported-field", at(name), problem, hint);
        }
    }

    /** Names fields that mean nothing here and are passed over in silence, e.g. {@code metadata.uid}. */
    void ignored(String... names) {
        asked.addAll(List.of(names));
    }

    @Nullable
    String string(String name) {
        Node node = value(name);
        if (node == null) {
            return null;
        }
        if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.STR)) {
            return scalar.getValue();
        }
        wrongType(name, node, "a string");
        return null;
    }

    /** The string, or an error and the empty string when it is missing. */
    String requiredString(String name) {
        String value = string(name);
        if (value == null && !has(name)) {
            missing(name);
        } else if (value != null && value.isEmpty()) {
            findings.error("bad-value", at(name), "must not be empty", "");
        }
        return value == null ? "" : value;
    }

    @Nullable
    Integer integer(String name, int least, int most) {
        Node node = value(name);
        if (node == null) {
            return null;
        }
        if (!(node instanceof ScalarNode scalar) || !scalar.getTag().equals(Tag.INT)) {
            wrongType(name, node, "a whole number");
            return null;
        }
        return inRange(at(name), scalar, least, most);
    }

    private @Nullable Integer inRange(String at, ScalarNode scalar, int least, int most) {
        try {
            int number = Integer.decode(scalar.getValue().replace("0o", "0"));
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // too large for an int: out of every range there is here
        }
        findings.error("out-of-range", at, "must be " + least + " to " + most + " (got " + scalar.getValue() + ")", "");
        return null;
    }

    int requiredInteger(String name, int least, int most) {
        Integer value = integer(name, least, most);
        if (value == null && !has(name)) {
            missing(name);
        }
        return value == null ? least : value;
    }

    @Nullable
    Boolean bool(String name) {
        Node node = value(name);
        if (node == null) {
            return null;
        }
        if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.BOOL)) {
            return Boolean.valueOf(scalar.getValue());
        }
        wrongType(name, node, "true or false");
        return null;
    }

    @Nullable
    Duration duration(String name) {
        String text = string(name);
        if (text == null) {
            return null;
        }
        Duration duration = GatewayDuration.parse(text);
        if (duration == null) {
            findings.error(
                    "bad-duration",
                    at(name),
                    "is not a duration (got '" + text + "')",
                    "write whole numbers with h, m, s or ms, e.g. 500ms or 1m30s");
        }
        return duration;
    }

    /** One of the given words. */
    <T> @Nullable T choice(String name, Map<String, T> choices) {
        String text = string(name);
        if (text == null) {
            return null;
        }
        T chosen = choices.get(text);
        if (chosen == null) {
            Set<String> words = new TreeSet<>(choices.keySet());
            findings.error(
                    "bad-value",
                    at(name),
                    "is not one of its values (got '" + text + "')",
                    Suggestion.hint(text, words, "use one of " + String.join(", ", words)));
        }
        return chosen;
    }

    @Nullable
    FieldReader object(String name) {
        Node node = value(name);
        if (node instanceof MappingNode mapping) {
            return new FieldReader(findings, mapping, at(name));
        }
        if (node != null) {
            wrongType(name, node, "a mapping");
        }
        return null;
    }

    @Nullable
    FieldReader requiredObject(String name) {
        FieldReader object = object(name);
        if (object == null && !has(name)) {
            missing(name);
        }
        return object;
    }

    /** The mappings of a list; empty when absent. */
    List<FieldReader> objects(String name) {
        List<FieldReader> objects = new ArrayList<>();
        List<Node> items = items(name);
        for (int i = 0; i < items.size(); i++) {
            String item = at(name) + "[" + i + "]";
            findings.place(item, items.get(i));
            if (items.get(i) instanceof MappingNode mapping) {
                objects.add(new FieldReader(findings, mapping, item));
            } else {
                findings.error("wrong-type", item, "must be a mapping", "");
            }
        }
        return objects;
    }

    /** The strings of a list; empty when absent. */
    List<String> strings(String name) {
        List<String> strings = new ArrayList<>();
        List<Node> items = items(name);
        for (int i = 0; i < items.size(); i++) {
            String item = at(name) + "[" + i + "]";
            findings.place(item, items.get(i));
            if (items.get(i) instanceof ScalarNode scalar && scalar.getTag().equals(Tag.STR)) {
                strings.add(scalar.getValue());
            } else {
                findings.error("wrong-type", item, "must be a string", "");
            }
        }
        return strings;
    }

    /** The whole numbers of a list; empty when absent. */
    List<Integer> integers(String name, int least, int most) {
        List<Integer> numbers = new ArrayList<>();
        List<Node> items = items(name);
        for (int i = 0; i < items.size(); i++) {
            String item = at(name) + "[" + i + "]";
            findings.place(item, items.get(i));
            if (items.get(i) instanceof ScalarNode scalar && scalar.getTag().equals(Tag.INT)) {
                Integer number = inRange(item, scalar, least, most);
                if (number != null) {
                    numbers.add(number);
                }
            } else {
                findings.error("wrong-type", item, "must be a whole number", "");
            }
        }
        return numbers;
    }

    private List<Node> items(String name) {
        Node node = value(name);
        if (node instanceof SequenceNode sequence) {
            return sequence.getValue();
        }
        if (node != null) {
            wrongType(name, node, "a list");
        }
        return List.of();
    }

    /** A mapping of free names to strings; empty when absent. */
    Map<String, String> stringMap(String name) {
        FieldReader reader = object(name);
        Map<String, String> strings = new LinkedHashMap<>();
        if (reader != null) {
            for (String key : reader.fields.keySet()) {
                String value = reader.string(key);
                if (value != null) {
                    strings.put(key, value);
                }
            }
        }
        return strings;
    }

    /** A scalar as it is written, whether number or string; null when absent or no scalar. */
    @Nullable
    String scalar(String name) {
        Node node = value(name);
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        if (node != null) {
            wrongType(name, node, "a number or a string");
        }
        return null;
    }

    /** Whether the field is there as a whole number. */
    boolean isInteger(String name) {
        return value(name) instanceof ScalarNode scalar && scalar.getTag().equals(Tag.INT);
    }

    void missing(String name) {
        findings.error("missing-field", path, "needs the field '" + name + "'", "");
    }

    private void wrongType(String name, Node node, String wanted) {
        String hint = "";
        String got = "a mapping";
        if (node instanceof SequenceNode) {
            got = "a list";
        } else if (node instanceof ScalarNode scalar) {
            got = "'" + scalar.getValue() + "'";
            if (wanted.equals("a string")) {
                hint = "write \"" + scalar.getValue() + "\" with quotes";
            }
        }
        findings.error("wrong-type", at(name), "must be " + wanted + " (got " + got + ")", hint);
    }

    void reportUnread() {
        for (String name : fields.keySet()) {
            if (asked.contains(name)) {
                continue;
            }
            if (unused.contains(name)) {
                findings.warning("unused-field", at(name), "is accepted, but Weft does not use it", "");
            } else {
                Set<String> known = new TreeSet<>(asked);
                known.addAll(unused);
                findings.error(
                        "unknown-field",
                        at(name),
                        "unknown field '" + name + "'",
                        Suggestion.hint(name, known, known.isEmpty() ? "" : "known here: " + String.join(", ", known)));
            }
        }
    }
}
