package dev.weft.proxycore;

import dev.weft.xdsmodel.AccessLog;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The access logs of a connection manager. Null where none is configured, so that nothing is formatted. */
final class AccessLogger {
    private record Target(LogFormat format, LogWriter.Output output) {}

    private final List<Target> targets = new ArrayList<>();

    private AccessLogger() {}

    /** A logger, or null without logs. Control thread. */
    static @Nullable AccessLogger of(List<AccessLog> logs, LogWriter writer) {
        if (logs.isEmpty()) {
            return null;
        }
        AccessLogger logger = new AccessLogger();
        for (AccessLog log : logs) {
            String path = switch (log.destination()) {
                case AccessLog.Destination.File file -> file.path();
                case AccessLog.Destination.Stdout stdout -> LogWriter.STDOUT;
                case AccessLog.Destination.Stderr stderr -> LogWriter.STDERR;
            };
            logger.targets.add(new Target(LogFormat.of(log.format()), writer.output(path)));
        }
        return logger;
    }

    /** Whether any of the formats holds such an operator. */
    boolean uses(Predicate<LogField> operator) {
        return targets.stream().anyMatch(target -> target.format().uses(operator));
    }

    /** On the worker's loop. */
    void log(LogSource source, Worker worker) {
        for (int i = 0; i < targets.size(); i++) {
            Target target = targets.get(i);
            worker.log(target.output()).write(target.format(), source);
        }
    }
}
