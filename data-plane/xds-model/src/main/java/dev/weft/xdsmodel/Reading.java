package dev.weft.xdsmodel;

import dev.weft.base.Diagnostic;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one reading of one input shares: its limits, its mode and the problems found so far. */
final class Reading {
    /** protobuf's own limit of nesting. */
    static final int MAX_DEPTH = 100;
    /** Largest input: four times the 4 MiB that gRPC accepts by default. */
    static final int MAX_BYTES = 16 << 20;
    /** Most messages in an input: two bytes on the wire can make one, so that bytes alone do not limit memory. */
    static final int MAX_NODES = 2_000_000;
    /** Most problems worth telling; a million of them help nobody. */
    static final int MAX_DIAGNOSTICS = 200;

    /** How unsupported fields are treated (decision 2). */
    enum Mode {
        /** Static bootstrap: refused. */
        STATIC,
        /** Over xDS: refused or only told, as the field table says. */
        DYNAMIC
    }

    /** Ends a reading whose input cannot be read at all. Never leaves this package. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Malformed(String problem) {
            super(problem, null, false, false);
        }
    }

    private final Mode mode;
    private final List<Diagnostic> diagnostics = new ArrayList<>();
    private int nodes;
    private boolean failed;

    Reading(Mode mode) {
        this.mode = mode;
    }

    Mode mode() {
        return mode;
    }

    void countNode() {
        if (++nodes > MAX_NODES) {
            throw new Malformed("more than " + MAX_NODES + " messages");
        }
    }

    void add(Diagnostic diagnostic) {
        failed |= diagnostic.isError();
        if (diagnostics.size() < MAX_DIAGNOSTICS) {
            diagnostics.add(diagnostic);
        } else if (diagnostics.size() == MAX_DIAGNOSTICS) {
            diagnostics.add(Diagnostic.warning("more-problems", "", "more than " + MAX_DIAGNOSTICS + " problems", ""));
        }
    }

    boolean failed() {
        return failed;
    }

    /** The value with the warnings, or all problems if any of them is an error. */
    <T> Parsed<T> result(@Nullable T value) {
        if (failed || value == null) {
            return new Parsed.Rejected<>(diagnostics.stream().sorted(byError()).toList());
        }
        return new Parsed.Ok<>(value, diagnostics);
    }

    private static java.util.Comparator<Diagnostic> byError() {
        return java.util.Comparator.comparing(Diagnostic::severity); // stable: document order within a severity
    }
}
