package dev.weft.xdsmodel;

/** {@code envoy.config.core.v3.DataSource}: bytes written in place or to be read. */
public sealed interface DataSource {
    /** Nothing. */
    DataSource EMPTY = new Inline("");

    /** {@code inline_string} or {@code inline_bytes} (one char per byte, ISO 8859-1, unless they are UTF-8). */
    record Inline(String text) implements DataSource {
        @Override
        public String toString() {
            return "Inline[" + text.length() + " chars]"; // may be a key: never in a log
        }
    }

    record File(String path) implements DataSource {}

    record EnvironmentVariable(String name) implements DataSource {}
}
