package dev.weft.proxy;

import dev.weft.base.Log;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What Netty says through the JDK's logging, as lines of our log. The JDK's own way of writing lines reads a file of time zones
 * when it is first used: in a process without descriptors that is an {@link Error}, and the end of the thread that had
 * something to say, be it the control thread.
 *
 * <p>Threads: any.
 */
final class LibraryLog extends Handler {
    private final Log log;

    private LibraryLog(Log log) {
        this.log = log;
    }

    /** From here on the JDK's logging goes to that log alone. */
    static void into(Log log) {
        Logger root = LogManager.getLogManager().getLogger("");
        for (Handler before : root.getHandlers()) {
            root.removeHandler(before);
        }
        root.addHandler(new LibraryLog(log));
    }

    @Override
    public void publish(LogRecord record) {
        int level = record.getLevel().intValue();
        String text = record.getMessage() + cause(record.getThrown());
        if (level >= Level.SEVERE.intValue()) {
            log.error(text);
        } else if (level >= Level.WARNING.intValue()) {
            log.warn(text);
        } else if (level >= Level.INFO.intValue()) {
            log.info(text);
        } else {
            log.debug(text);
        }
    }

    /** Where an exception comes from says nothing when it was the network's, and everything when it was not. */
    private static String cause(@Nullable Throwable thrown) {
        if (thrown == null) {
            return "";
        }
        if (thrown instanceof IOException) {
            return ": " + thrown;
        }
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        return ": " + trace.toString().stripTrailing();
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
