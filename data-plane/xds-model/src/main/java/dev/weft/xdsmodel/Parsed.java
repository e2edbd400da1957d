package dev.weft.xdsmodel;

import dev.weft.base.Diagnostic;
import java.util.List;

/** What a parser makes of its input: a value, or everything that is wrong with it. */
public sealed interface Parsed<T> {
    /**
     * Accepted.
     *
     * @param warnings advisory fields and the like; empty mostly
     */
    record Ok<T>(T value, List<Diagnostic> warnings) implements Parsed<T> {
        public Ok {
            warnings = List.copyOf(warnings);
        }
    }

    /** Refused, with at least one error; warnings may be among them. */
    record Rejected<T>(List<Diagnostic> diagnostics) implements Parsed<T> {
        public Rejected {
            diagnostics = List.copyOf(diagnostics);
        }
    }
}
