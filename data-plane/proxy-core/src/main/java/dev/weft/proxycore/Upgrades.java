package dev.weft.proxycore;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpMethod;
import dev.weft.http.HttpVersion;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which protocols requests may change to, as {@code upgrade_configs} of a connection manager or a route says: the values of
 * {@code Upgrade}, and {@code connect}. Immutable; shared by all loops; allocates nothing.
 */
final class Upgrades {
    private static final byte[] CONNECT = Ascii.bytes("connect");
    private static final byte[] UPGRADE = Ascii.bytes("upgrade");
    private static final byte[] WEBSOCKET = Ascii.bytes("websocket");

    private final byte[][] names; // in lower case
    private final boolean[] enabled; // by name

    /** @param configs by type, in lower case, whether it is enabled */
    Upgrades(Map<String, Boolean> configs) {
        names = configs.keySet().stream().map(Ascii::bytes).toArray(byte[][]::new);
        enabled = new boolean[names.length];
        int i = 0;
        for (boolean each : configs.values()) {
            enabled[i++] = each;
        }
    }

    /**
     * What becomes of a request that may want to speak another protocol. WebSocket and CONNECT need permission. Other
     * protocols that nobody has allowed ({@code h2c}, {@code TLS/1.2}: HTTP clients of the JDK and Apache offer them) are
     * only wishes (RFC 9110 §7.8): the field goes no further and the request is served. Not so over HTTP/2, where the wish is
     * an extended CONNECT (RFC 8441): its client would take the answer to a GET for the other protocol's first bytes.
     *
     * @param route what its route says, whose word counts (Envoy: {@code RouteAction.upgrade_configs}); null for nothing
     */
    Admission admit(RequestHead head, @Nullable Upgrades route) {
        HeaderBlock headers = head.headers();
        if (head.method() == HttpMethod.CONNECT) {
            return allows(route, CONNECT, 0, CONNECT.length) ? Admission.UPGRADED : Admission.CONNECT_REFUSED;
        }
        int index = headers.find(KnownHeader.UPGRADE);
        if (index < 0 || !headers.listContains(KnownHeader.CONNECTION, UPGRADE)) {
            return Admission.SERVED;
        }
        if (allows(route, headers.bytes(), headers.valueStart(index), headers.valueEnd(index))) {
            return Admission.UPGRADED;
        }
        return head.version() == HttpVersion.HTTP_2 || headers.listContains(KnownHeader.UPGRADE, WEBSOCKET)
                ? Admission.UPGRADE_REFUSED
                : Admission.SERVED;
    }

    private boolean allows(@Nullable Upgrades route, byte[] bytes, int start, int end) {
        int said = route == null ? -1 : route.find(bytes, start, end);
        if (route != null && said >= 0) {
            return route.enabled[said];
        }
        int own = find(bytes, start, end);
        return own >= 0 && enabled[own];
    }

    private int find(byte[] bytes, int start, int end) {
        for (int i = 0; i < names.length; i++) {
            if (Ascii.equalsIgnoreCase(names[i], bytes, start, end)) {
                return i;
            }
        }
        return -1;
    }
}
