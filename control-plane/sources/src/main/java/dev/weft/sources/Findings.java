package dev.weft.sources;

import dev.weft.base.Diagnostic;
import dev.weft.base.Diagnostic.Location;
import dev.weft.base.Diagnostic.Severity;
import dev.weft.meshmodel.Provenance.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.Node;

/** What is found while one document is read: where its fields stand, and what is wrong with them. Lives for one document. */
final class Findings {
    private final List<FieldReader> readers = new ArrayList<>();
    private final List<Diagnostic> diagnostics = new ArrayList<>();
    private final Map<String, Place> places = new HashMap<>();

    void place(String path, Node node) {
        node.getStartMark().ifPresent(mark -> places.put(path, new Place(mark.getLine(), mark.getColumn() + 1)));
    }

    void error(String code, String path, String problem, String hint) {
        add(Severity.ERROR, code, path, problem, hint);
    }

    void warning(String code, String path, String problem, String hint) {
        add(Severity.WARNING, code, path, problem, hint);
    }

    void info(String code, String path, String problem, String hint) {
        add(Severity.INFO, code, path, problem, hint);
    }

    private void add(Severity severity, String code, String path, String problem, String hint) {
        Place place = nearest(path);
        diagnostics.add(new Diagnostic(
                severity, code, path, problem, hint, new Location("", place.line() + 1, place.column())));
    }

    /** An error at a place the parser names. */
    void syntaxError(String problem, int line, int column) {
        diagnostics.add(new Diagnostic(
                Severity.ERROR,
                "yaml-syntax",
                "",
                problem,
                "the document's last good version stays in use",
                new Location("", line + 1, column + 1)));
    }

    /** The place of a field, or of the nearest one around it. */
    Place nearest(String path) {
        String at = path;
        while (true) {
            Place place = places.get(at);
            if (place != null) {
                return place;
            }
            if (at.isEmpty()) {
                return new Place(0, 1);
            }
            at = around(at);
        }
    }

    /** The path of what a field is in. */
    static String around(String path) {
        int cut = Math.max(path.lastIndexOf('.'), path.lastIndexOf('['));
        return cut < 0 ? "" : path.substring(0, cut);
    }

    void opened(FieldReader reader) {
        readers.add(reader);
    }

    /** Reports every field nobody asked for. */
    void finish() {
        readers.forEach(FieldReader::reportUnread);
    }

    boolean hasErrors() {
        return diagnostics.stream().anyMatch(Diagnostic::isError);
    }

    /** Everything found, with lines counted from the document's first = 1 and no file yet. */
    List<Diagnostic> diagnostics() {
        return List.copyOf(diagnostics);
    }

    Map<String, Place> places() {
        return Map.copyOf(places);
    }
}
