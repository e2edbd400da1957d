package dev.weft.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Set;

/** Numbers in the words of tables. */
final class Words {
    // The JDK's words for bytes that are no TLS record.
    private static final Set<String> NOT_TLS =
            Set.of("Unsupported or unrecognized SSL message", "Unrecognized SSL message, plaintext connection?");

    private Words() {}

    /** {@code 45s}, {@code 12m}, {@code 5h}, {@code 3d}. */
    static String age(long seconds) {
        Duration age = Duration.ofSeconds(Math.max(0, seconds));
        if (age.toMinutes() < 2) {
            return age.toSeconds() + "s";
        }
        if (age.toHours() < 2) {
            return age.toMinutes() + "m";
        }
        return age.toDays() < 2 ? age.toHours() + "h" : age.toDays() + "d";
    }

    /** Why a connection failed: the JDK's own words are often in the last cause, or only in a class's name. */
    static String why(IOException failure) {
        Throwable last = failure;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
                return "no such host";
            }
        }
        String message = last.getMessage() == null ? failure.getMessage() : last.getMessage();
        if (message == null) {
            return failure instanceof ConnectException ? "connection refused" : "the connection was closed";
        }
        return NOT_TLS.contains(message) ? "it does not speak TLS" : message;
    }

    static String count(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }
}
