package dev.weft.cli;

import dev.weft.adminapi.RecordJson;
import dev.weft.base.Json;
import dev.weft.sources.Yaml;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** The option {@code -o} and what follows from it. */
final class Output {
    /** Forms of output; JSON and YAML have the members of the operator API and stay as they are. */
    enum Form {
        TABLE,
        WIDE,
        JSON,
        YAML;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            description = "How to print: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
            defaultValue = "table")
    private Form form = Form.TABLE;

    boolean wide() {
        return form == Form.WIDE;
    }

    boolean isTable() {
        return form == Form.TABLE || form == Form.WIDE;
    }

    /** Prints a record in the form that was asked for; {@code table} makes the two for people. */
    void print(PrintWriter out, Record value, Consumer<PrintWriter> table) {
        switch (form) {
            case JSON -> out.print(RecordJson.writePretty(value));
            case YAML -> out.print(Yaml.write(RecordJson.tree(value)));
            case TABLE, WIDE -> table.accept(out);
        }
        out.flush();
    }

    /** The same for JSON text whose members nobody here knows. */
    void printJson(PrintWriter out, String json) {
        try {
            Object value = Json.parse(json);
            out.print(form == Form.YAML ? Yaml.write(value) : Json.writePretty(value));
        } catch (Json.JsonException e) {
            out.print(json); // not JSON: as it came
        }
        out.flush();
    }
}
