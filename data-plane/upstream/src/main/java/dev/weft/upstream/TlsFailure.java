package dev.weft.upstream;

import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A word for why a handshake failed. It reaches applications in a response of ours, so it is one of a fixed set: messages of
 * TLS libraries repeat what the peer sent.
 */
final class TlsFailure {
    private static final String PREFIX = "TLS_error:";
    private static final String ALERT = "ALERT_"; // as BoringSSL names what it received
    private static final int LONGEST_ALERT = 40;

    private TlsFailure() {}

    static String reason(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NotSslRecordException) {
                return PREFIX + "not_TLS";
            }
            if (cause instanceof CertificateException) {
                return PREFIX + "certificate_refused"; // the peer's, by us
            }
            if (cause instanceof ClosedChannelException) {
                return PREFIX + "connection_closed";
            }
            String alert = alert(cause.getMessage());
            if (alert != null) {
                return PREFIX + "alert_" + alert;
            }
        }
        return PREFIX + "handshake_failed";
    }

    /** The name of the alert the peer sent, from {@code …:SSLV3_ALERT_BAD_CERTIFICATE}. */
    private static @Nullable String alert(@Nullable String message) {
        int at = message == null ? -1 : message.indexOf(ALERT);
        if (message == null || at < 0) {
            return null;
        }
        int start = at + ALERT.length();
        int end = start;
        while (end < message.length() && end - start < LONGEST_ALERT && isOfName(message.charAt(end))) {
            end++;
        }
        return end == start ? null : message.substring(start, end).toLowerCase(Locale.ROOT);
    }

    private static boolean isOfName(char c) {
        return c >= 'A' && c <= 'Z' || c == '_';
    }
}
