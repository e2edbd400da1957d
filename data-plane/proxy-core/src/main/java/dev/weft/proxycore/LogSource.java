package dev.weft.proxycore;

import org.jspecify.annotations.Nullable;

/** What an access-log line is about. */
interface LogSource {
    /** The value of an operator, or null when there is none. Called on the loop when the thing has ended. */
    @Nullable
    String value(String operator, String argument);
}
