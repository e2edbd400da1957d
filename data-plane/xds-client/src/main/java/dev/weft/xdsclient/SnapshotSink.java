package dev.weft.xdsclient;

import dev.weft.base.Diagnostic;
import dev.weft.xdsmodel.XdsSnapshot;
import java.util.List;

/** Takes whole configurations: the engine. */
@FunctionalInterface
public interface SnapshotSink {
    /**
     * Makes the snapshot serve, or leaves what serves untouched and says everything that is wrong. Called on the control
     * thread. Warnings and lesser findings do not refuse it.
     */
    List<Diagnostic> apply(XdsSnapshot snapshot);
}
