package dev.weft.proxycore;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.KnownHeader;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the proxy knows of gRPC over HTTP/2 (grpc/doc/PROTOCOL-HTTP2.md). Pure; allocates nothing on the way of a call. */
final class Grpc {
    static final int DEADLINE_EXCEEDED = 4;
    static final int UNAVAILABLE = 14;

    /** No {@code grpc-status} was seen. */
    static final int NO_STATUS = -1;

    private static final int UNKNOWN = 2;
    private static final int PERMISSION_DENIED = 7;
    private static final int UNIMPLEMENTED = 12;
    private static final int INTERNAL = 13;
    private static final int UNAUTHENTICATED = 16;
    private static final int MAX_TIMEOUT_DIGITS = 8;
    private static final byte[] CONTENT_TYPE = Ascii.bytes("application/grpc");
    private static final String[] NAMES = {
        "OK",
        "Canceled",
        "Unknown",
        "InvalidArgument",
        "DeadlineExceeded",
        "NotFound",
        "AlreadyExists",
        "PermissionDenied",
        "ResourceExhausted",
        "FailedPrecondition",
        "Aborted",
        "OutOfRange",
        "Unimplemented",
        "Internal",
        "Unavailable",
        "DataLoss",
        "Unauthenticated"
    };
    private static final String HEX = "0123456789ABCDEF";

    private Grpc() {}

    /** Whether a message is of gRPC: its content type is {@code application/grpc}, alone or with {@code +proto} or such. */
    static boolean is(HeaderBlock headers) {
        int i = headers.find(KnownHeader.CONTENT_TYPE);
        if (i < 0) {
            return false;
        }
        int start = headers.valueStart(i);
        int end = headers.valueEnd(i);
        int after = start + CONTENT_TYPE.length;
        return after <= end
                && Ascii.equalsIgnoreCase(CONTENT_TYPE, headers.bytes(), start, after)
                && (after == end || headers.bytes()[after] == '+');
    }

    /** What {@code grpc-timeout} says in nanoseconds; -1 for none, or one that makes no sense. */
    static long timeoutNanos(HeaderBlock headers) {
        int i = headers.find(KnownHeader.GRPC_TIMEOUT);
        if (i < 0) {
            return -1;
        }
        int last = headers.valueEnd(i) - 1;
        int digits = last - headers.valueStart(i);
        long n = digits < 1 || digits > MAX_TIMEOUT_DIGITS
                ? -1
                : Ascii.parseDecimal(headers.bytes(), headers.valueStart(i), last);
        return n < 0
                ? -1
                : switch (headers.bytes()[last]) {
                    case 'H' -> TimeUnit.HOURS.toNanos(n);
                    case 'M' -> TimeUnit.MINUTES.toNanos(n);
                    case 'S' -> TimeUnit.SECONDS.toNanos(n);
                    case 'm' -> TimeUnit.MILLISECONDS.toNanos(n);
                    case 'u' -> TimeUnit.MICROSECONDS.toNanos(n);
                    case 'n' -> n;
                    default -> -1;
                };
    }

    /** The {@code grpc-status} of a head or of trailers; {@link #NO_STATUS} for none. */
    static int status(HeaderBlock headers) {
        int i = headers.find(KnownHeader.GRPC_STATUS);
        if (i < 0) {
            return NO_STATUS;
        }
        return known(Ascii.parseDecimal(headers.bytes(), headers.valueStart(i), headers.valueEnd(i)));
    }

    /** The status, or what one that gRPC does not have counts as. */
    static int known(long status) {
        return status < 0 || status > UNAUTHENTICATED ? UNKNOWN : (int) status;
    }

    /** What a caller is told for a status of HTTP (grpc/doc/http-grpc-status-mapping.md). */
    static int ofHttp(int status) {
        return switch (status) {
            case 200 -> 0;
            case 400 -> INTERNAL;
            case 401 -> UNAUTHENTICATED;
            case 403 -> PERMISSION_DENIED;
            case 404 -> UNIMPLEMENTED;
            case 429, 502, 503, 504 -> UNAVAILABLE;
            default -> UNKNOWN;
        };
    }

    /** A status as logs show it, Envoy's {@code %GRPC_STATUS%}; null for none. */
    static @Nullable String name(int status) {
        return status == NO_STATUS ? null : NAMES[status];
    }

    /** A text as {@code grpc-message} carries it: percent-encoded but for printable ASCII. */
    static byte[] message(byte[] text) {
        StringBuilder out = new StringBuilder(text.length);
        for (byte b : text) {
            if (b >= ' ' && b <= '~' && b != '%') {
                out.append((char) b);
            } else {
                out.append('%').append(HEX.charAt(b >> 4 & 15)).append(HEX.charAt(b & 15));
            }
        }
        return Ascii.bytes(out.toString());
    }
}
