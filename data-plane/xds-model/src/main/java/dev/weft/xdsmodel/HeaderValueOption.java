package dev.weft.xdsmodel;

/**
 * {@code envoy.config.core.v3.HeaderValueOption}: one header to add.
 *
 * @param value may hold Envoy's format operators ({@code %REQ(x)%})
 * @param keepEmptyValue add it although its value is empty; default false
 */
public record HeaderValueOption(String name, String value, AppendAction appendAction, boolean keepEmptyValue) {
    /** What happens when the header is there already. */
    public enum AppendAction {
        /** Envoy's default. */
        APPEND_IF_EXISTS_OR_ADD,
        ADD_IF_ABSENT,
        OVERWRITE_IF_EXISTS_OR_ADD,
        OVERWRITE_IF_EXISTS
    }
}
