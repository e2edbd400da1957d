package dev.weft.net;

import dev.weft.base.Diagnostic;
import java.util.List;
import java.util.stream.Collectors;

/** A TLS configuration that cannot work, with everything that is wrong with it. */
public final class TlsConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Diagnostic> diagnostics;

    TlsConfigException(List<Diagnostic> diagnostics) {
        super(diagnostics.stream().map(Diagnostic::toString).collect(Collectors.joining("\n")));
        this.diagnostics = List.copyOf(diagnostics);
    }

    /** At least one error; paths are relative to the {@code common_tls_context}. */
    public List<Diagnostic> diagnostics() {
        return diagnostics;
    }
}
