package dev.weft.proxycore;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.xdsmodel.HttpProtocolOptions.HeadersWithUnderscoresAction;
import java.util.stream.Stream;

/** Headers that a client may not send to us, though HTTP allows them. Shared by all loops. */
final class ForeignHeaders {
    private static final byte[] WEFT = Ascii.bytes("x-weft-");
    private static final byte[] ENVOY = Ascii.bytes("x-envoy-");

    /** What Envoy takes from every request that it does not know to be internal; they tell a router what to do. */
    private static final byte[][] INTERNAL = Stream.of(
                    "internal",
                    "retriable-status-codes",
                    "retriable-header-names",
                    "retry-on",
                    "retry-grpc-on",
                    "max-retries",
                    "upstream-alt-stat-name",
                    "upstream-rq-timeout-ms",
                    "upstream-rq-per-try-timeout-ms",
                    "upstream-rq-timeout-alt-response",
                    "upstream-stream-duration-ms",
                    "expected-rq-timeout-ms",
                    "force-trace",
                    "ip-tags",
                    "original-url",
                    "hedge-on-per-try-timeout")
            .map(Ascii::bytes)
            .toArray(byte[][]::new);

    private final HeadersWithUnderscoresAction underscores;

    ForeignHeaders(HeadersWithUnderscoresAction underscores) {
        this.underscores = underscores;
    }

    /**
     * Takes them out; answers false when one of them condemns the request.
     *
     * @param mesh the client is a peer of the mesh, whose reserved headers are believed (decision 7)
     */
    boolean remove(HeaderBlock headers, boolean mesh) {
        for (int i = 0; i < headers.count(); i++) {
            if (headers.known(i) != null || headers.isRemoved(i)) {
                continue; // none of the known ones is foreign
            }
            byte[] bytes = headers.bytes();
            int start = headers.nameStart(i);
            int end = headers.nameEnd(i);
            if (end - start > 2 && bytes[start + 1] == '-' && isForeign(bytes, start, end, mesh)) {
                headers.removeAt(i);
            } else if (underscores != HeadersWithUnderscoresAction.ALLOW && hasUnderscore(bytes, start, end)) {
                if (underscores == HeadersWithUnderscoresAction.REJECT_REQUEST) {
                    return false;
                }
                headers.removeAt(i);
            }
        }
        return true;
    }

    private static boolean isForeign(byte[] bytes, int start, int end, boolean mesh) {
        if (startsWith(ENVOY, bytes, start, end)) {
            for (byte[] name : INTERNAL) {
                if (Ascii.equalsIgnoreCase(name, bytes, start + ENVOY.length, end)) {
                    return true;
                }
            }
            return false;
        }
        return !mesh && startsWith(WEFT, bytes, start, end);
    }

    private static boolean startsWith(byte[] prefix, byte[] bytes, int start, int end) {
        return end - start > prefix.length && Ascii.equalsIgnoreCase(prefix, bytes, start, start + prefix.length);
    }

    private static boolean hasUnderscore(byte[] bytes, int start, int end) {
        for (int i = start; i < end; i++) {
            if (bytes[i] == '_') {
                return true;
            }
        }
        return false;
    }
}
