package dev.weft.proxy;

import dev.weft.base.Log;
import io.netty.util.internal.logging.AbstractInternalLogger;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.function.BiConsumer;

/**
 * What Netty has to say, in our log: its warnings and errors as they are, its notes with ours of level debug. The JDK's
 * logging, which it would use else, has a format of its own, costs a start 25 ms, and opens a file for its first line: in a
 * process without descriptors that is an {@link Error} thrown at whoever had something to say.
 */
final class NettyLog extends AbstractInternalLogger {
    private static final long serialVersionUID = 1L;

    private final transient Log log;

    private NettyLog(String name, Log log) {
        super(name);
        this.log = log;
    }

    /** To be called before Netty's first class is used; loggers that there are already stay as they are. */
    static void install(Log log) {
        Log netty = log.component("netty");
        InternalLoggerFactory.setDefaultFactory(new InternalLoggerFactory() {
            @Override
            protected InternalLogger newInstance(String name) {
                return new NettyLog(name, netty);
            }
        });
    }

    private void write(boolean enabled, BiConsumer<Log, String> level, String format, Object... arguments) {
        if (enabled) {
            level.accept(log, text(format, arguments));
        }
    }

    /** Arguments for each {@code {}}; an exception that is left over follows, with its stack if it is not the network's. */
    static String text(String format, Object... arguments) {
        StringBuilder text = new StringBuilder(format.length() + 64);
        int from = 0;
        int next = 0;
        for (int hole = format.indexOf("{}"); hole >= 0 && next < arguments.length; hole = format.indexOf("{}", from)) {
            text.append(format, from, hole).append(arguments[next++]);
            from = hole + 2;
        }
        text.append(format, from, format.length());
        if (next < arguments.length && arguments[next] instanceof Throwable cause) {
            text.append(": ").append(cause instanceof IOException ? cause.toString() : stack(cause));
        }
        return text.toString();
    }

    private static String stack(Throwable cause) {
        StringWriter stack = new StringWriter();
        cause.printStackTrace(new PrintWriter(stack));
        return stack.toString().strip();
    }

    @Override
    public boolean isTraceEnabled() {
        return false;
    }

    @Override
    public void trace(String message) {
        write(isTraceEnabled(), Log::debug, message);
    }

    @Override
    public void trace(String format, Object a) {
        write(isTraceEnabled(), Log::debug, format, a);
    }

    @Override
    public void trace(String format, Object a, Object b) {
        write(isTraceEnabled(), Log::debug, format, a, b);
    }

    @Override
    public void trace(String format, Object... arguments) {
        write(isTraceEnabled(), Log::debug, format, arguments);
    }

    @Override
    public void trace(String message, Throwable cause) {
        write(isTraceEnabled(), Log::debug, message, cause);
    }

    @Override
    public boolean isDebugEnabled() {
        return log.isEnabled(Log.Level.DEBUG);
    }

    @Override
    public void debug(String message) {
        write(isDebugEnabled(), Log::debug, message);
    }

    @Override
    public void debug(String format, Object a) {
        write(isDebugEnabled(), Log::debug, format, a);
    }

    @Override
    public void debug(String format, Object a, Object b) {
        write(isDebugEnabled(), Log::debug, format, a, b);
    }

    @Override
    public void debug(String format, Object... arguments) {
        write(isDebugEnabled(), Log::debug, format, arguments);
    }

    @Override
    public void debug(String message, Throwable cause) {
        write(isDebugEnabled(), Log::debug, message, cause);
    }

    @Override
    public boolean isInfoEnabled() {
        return log.isEnabled(Log.Level.DEBUG);
    }

    @Override
    public void info(String message) {
        write(isInfoEnabled(), Log::debug, message);
    }

    @Override
    public void info(String format, Object a) {
        write(isInfoEnabled(), Log::debug, format, a);
    }

    @Override
    public void info(String format, Object a, Object b) {
        write(isInfoEnabled(), Log::debug, format, a, b);
    }

    @Override
    public void info(String format, Object... arguments) {
        write(isInfoEnabled(), Log::debug, format, arguments);
    }

    @Override
    public void info(String message, Throwable cause) {
        write(isInfoEnabled(), Log::debug, message, cause);
    }

    @Override
    public boolean isWarnEnabled() {
        return log.isEnabled(Log.Level.WARN);
    }

    @Override
    public void warn(String message) {
        write(isWarnEnabled(), Log::warn, message);
    }

    @Override
    public void warn(String format, Object a) {
        write(isWarnEnabled(), Log::warn, format, a);
    }

    @Override
    public void warn(String format, Object a, Object b) {
        write(isWarnEnabled(), Log::warn, format, a, b);
    }

    @Override
    public void warn(String format, Object... arguments) {
        write(isWarnEnabled(), Log::warn, format, arguments);
    }

    @Override
    public void warn(String message, Throwable cause) {
        write(isWarnEnabled(), Log::warn, message, cause);
    }

    @Override
    public boolean isErrorEnabled() {
        return log.isEnabled(Log.Level.ERROR);
    }

    @Override
    public void error(String message) {
        write(isErrorEnabled(), Log::error, message);
    }

    @Override
    public void error(String format, Object a) {
        write(isErrorEnabled(), Log::error, format, a);
    }

    @Override
    public void error(String format, Object a, Object b) {
        write(isErrorEnabled(), Log::error, format, a, b);
    }

    @Override
    public void error(String format, Object... arguments) {
        write(isErrorEnabled(), Log::error, format, arguments);
    }

    @Override
    public void error(String message, Throwable cause) {
        write(isErrorEnabled(), Log::error, message, cause);
    }
}
