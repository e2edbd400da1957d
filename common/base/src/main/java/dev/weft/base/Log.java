package dev.weft.base;

import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A process's log: one line per event, {@code YYYY-MM-DDTHH:MM:SS.sssZ level component message}. For processes that carry no
 * logging library. A condition is logged once at each of its edges, never once per request.
 *
 * <p>Threads: any; each line is one write.
 */
public final class Log {
    /** How much is written; each level includes the ones before it. */
    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG
    }

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** What all components of one log share. */
    private static final class Sink {
        final PrintStream out;
        volatile Level level;

        Sink(PrintStream out, Level level) {
            this.out = out;
            this.level = level;
        }
    }

    private final Sink sink;
    private final String component;

    private Log(Sink sink, String component) {
        this.sink = sink;
        this.component = component;
    }

    /** A log that writes to {@code out} (usually standard error). */
    public static Log to(PrintStream out, Level level, String component) {
        return new Log(new Sink(out, level), component);
    }

    /** The same log under another component's name. */
    public Log component(String name) {
        return new Log(sink, name);
    }

    public Level level() {
        return sink.level;
    }

    /** Changes the level of all components of this log. */
    public void level(Level level) {
        sink.level = level;
    }

    public boolean isEnabled(Level level) {
        return level.compareTo(sink.level) <= 0;
    }

    public void error(String message) {
        write(Level.ERROR, message);
    }

    public void warn(String message) {
        write(Level.WARN, message);
    }

    public void info(String message) {
        write(Level.INFO, message);
    }

    public void debug(String message) {
        write(Level.DEBUG, message);
    }

    private void write(Level level, String message) {
        if (!isEnabled(level)) {
            return;
        }
        StringBuilder line = new StringBuilder(message.length() + 48);
        TIME.formatTo(Instant.now(), line);
        line.append(' ')
                .append(level.name().toLowerCase(Locale.ROOT))
                .append(' ')
                .append(component)
                .append(' ');
        for (int i = 0; i < message.length(); i++) {
            char c = message.charAt(i);
            if (c == '\n') {
                line.append("; "); // a line is an event: what a peer sends must not forge another
            } else {
                line.append(c < 0x20 || c == 0x7F ? '?' : c);
            }
        }
        synchronized (sink) {
            sink.out.println(line);
        }
    }
}
