package dev.weft.proxycore;

import dev.weft.http.Ascii;
import java.util.Locale;

/**
 * An operator of a log format, taken apart once: {@code NAME}, {@code NAME(ARGUMENT)} or {@code NAME(ARGUMENT):LIMIT}.
 *
 * @param name in upper case
 * @param headers what the argument names, in lower case and in order: {@code A?B} is A, or B where there is no A
 * @param limit most bytes of the value; -1 = all
 */
record LogField(String name, String argument, byte[][] headers, int limit) {
    static LogField of(String name, String argument, int limit) {
        String[] names = argument.split("\\?");
        byte[][] headers = new byte[names.length][];
        for (int i = 0; i < names.length; i++) {
            headers[i] = Ascii.bytes(names[i].toLowerCase(Locale.ROOT));
        }
        return new LogField(name.toUpperCase(Locale.ROOT), argument, headers, limit);
    }
}
