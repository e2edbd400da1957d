package dev.weft.base;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * One finding about a piece of configuration. All findings of an input are reported together, never only the first.
 *
 * @param severity whether the input is refused
 * @param code stable name for scripts and documentation, e.g. {@code unknown-field}
 * @param path where in the document, e.g. {@code spec.rules[2].backendRefs[0].weight}
 * @param problem what is wrong, one sentence without full stop
 * @param hint what to do about it; empty when there is nothing useful to say
 * @param location file and line, null when the input has none (wire bytes)
 */
public record Diagnostic(
        Severity severity,
        String code,
        String path,
        String problem,
        String hint,
        @Nullable Location location) {
    /** How bad it is. */
    public enum Severity {
        /** The document is refused; its last good version keeps serving. */
        ERROR,
        /** Accepted, but probably not what was meant. */
        WARNING,
        /** Worth knowing. */
        INFO
    }

    /**
     * A place in a file.
     *
     * @param line from 1
     * @param column from 1
     */
    public record Location(String file, int line, int column) {
        @Override
        public String toString() {
            return file + ":" + line + ":" + column;
        }
    }

    /** Errors first, then by place. */
    public static final Comparator<Diagnostic> ORDER = Comparator.comparing(Diagnostic::severity)
            .thenComparing(d -> d.location == null ? "" : d.location.file())
            .thenComparingInt(d -> d.location == null ? 0 : d.location.line())
            .thenComparing(Diagnostic::path)
            .thenComparing(Diagnostic::code);

    /** An error without a place. */
    public static Diagnostic error(String code, String path, String problem, String hint) {
        return new Diagnostic(Severity.ERROR, code, path, problem, hint, null);
    }

    /** A warning without a place. */
    public static Diagnostic warning(String code, String path, String problem, String hint) {
        return new Diagnostic(Severity.WARNING, code, path, problem, hint, null);
    }

    /** The same finding at a place. */
    public Diagnostic at(Location place) {
        return new Diagnostic(severity, code, path, problem, hint, place);
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** {@code file:line:column: error[code] path: problem; hint}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (location != null) {
            text.append(location).append(": ");
        }
        text.append(severity.name().toLowerCase(java.util.Locale.ROOT))
                .append('[')
                .append(code)
                .append("] ");
        if (!path.isEmpty()) {
            text.append(path).append(": ");
        }
        text.append(problem);
        if (!hint.isEmpty()) {
            text.append("; ").append(hint);
        }
        return text.toString();
    }
}
