package dev.weft.adminapi;

import dev.weft.base.Diagnostic;
import org.jspecify.annotations.Nullable;

/**
 * One finding about configuration.
 *
 * @param severity {@code error}, {@code warning} or {@code info}
 * @param code stable name
 * @param path in the document
 * @param file null when the finding has no place
 * @param line from 1; 0 without a place
 * @param column from 1; 0 without a place
 */
public record DiagnosticItem(
        String severity,
        String code,
        String path,
        String problem,
        String hint,
        @Nullable String file,
        int line,
        int column) {
    /** The wire form of a finding. */
    public static DiagnosticItem of(Diagnostic d) {
        Diagnostic.Location at = d.location();
        return new DiagnosticItem(
                d.severity().name().toLowerCase(java.util.Locale.ROOT),
                d.code(),
                d.path(),
                d.problem(),
                d.hint(),
                at == null ? null : at.file(),
                at == null ? 0 : at.line(),
                at == null ? 0 : at.column());
    }
}
