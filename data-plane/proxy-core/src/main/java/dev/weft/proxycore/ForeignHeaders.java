package dev.weft.proxycore;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.xdsmodel.HttpProtocolOptions.HeadersWithUnderscoresAction;
import java.util.stream.Stream;

/** Headers that a client may not send to us, though HTTP allows them. Shared by all loops. */
final class ForeignHeaders {
    private static final byte[] WEFT = Ascii.bytes("x-weft-");
    private static final byte[] ENVOY = Ascii.bytes("x-envoy-");

    /** Never passed on: we say it ourselves, or a router would follow it and take it out. */
    private static final byte[][] OURS = names(
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
            "hedge-on-per-try-timeout");

    /** What Envoy takes from every request that it does not know to be internal, besides. */
    private static final byte[][] INTERNAL = names("expected-rq-timeout-ms", "force-trace", "ip-tags", "original-url");

    /** What it takes from those for which it is the edge, besides. */
    private static final byte[][] BEHIND_THE_EDGE = names(
            "decorator-operation",
            "downstream-service-cluster",
            "downstream-service-node",
            "original-host",
            "original-path");

    private final HeadersWithUnderscoresAction underscores;

    ForeignHeaders(HeadersWithUnderscoresAction underscores) {
        this.underscores = underscores;
    }

    /** Names that follow {@code x-envoy-}. */
    private static byte[][] names(String... names) {
        return Stream.of(names).map(Ascii::bytes).toArray(byte[][]::new);
    }

    /**
     * Takes them out; answers false when one of them condemns the request.
     *
     * @param mesh the client is a peer of the mesh, whose reserved headers are believed (decision 7)
     */
    boolean remove(HeaderBlock headers, boolean mesh, Origin origin) {
        for (int i = 0; i < headers.count(); i++) {
            if (headers.known(i) != null || headers.isRemoved(i)) {
                continue; // none of the known ones is foreign
            }
            byte[] bytes = headers.bytes();
            int start = headers.nameStart(i);
            int end = headers.nameEnd(i);
            if (end - start > 2 && bytes[start + 1] == '-' && isForeign(bytes, start, end, mesh, origin)) {
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

    private static boolean isForeign(byte[] bytes, int start, int end, boolean mesh, Origin origin) {
        if (startsWith(ENVOY, bytes, start, end)) {
            int rest = start + ENVOY.length;
            return isOneOf(OURS, bytes, rest, end)
                    || origin != Origin.INTERNAL && isOneOf(INTERNAL, bytes, rest, end)
                    || origin == Origin.EDGE && isOneOf(BEHIND_THE_EDGE, bytes, rest, end);
        }
        return !mesh && startsWith(WEFT, bytes, start, end);
    }

    private static boolean isOneOf(byte[][] names, byte[] bytes, int start, int end) {
        for (byte[] name : names) {
            if (Ascii.equalsIgnoreCase(name, bytes, start, end)) {
                return true;
            }
        }
        return false;
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
