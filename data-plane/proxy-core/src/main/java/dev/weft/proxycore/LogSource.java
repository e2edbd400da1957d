package dev.weft.proxycore;

import org.jspecify.annotations.Nullable;

/** What an access-log line is about. */
interface LogSource {
    /** The value of an operator, or null when there is none. Called on the loop when the thing has ended. */
    @Nullable
    String value(String operator, String argument);

    /** Appends the value of an operator to a line, by way of a text or better; answers false when there is none. */
    default boolean append(LogField field, LogLine line) {
        String value = value(field.name(), field.argument());
        if (value == null || value.isEmpty()) {
            return false;
        }
        line.foreign(value, field.limit());
        return true;
    }
}
