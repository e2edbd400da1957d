package dev.weft.proxycore;

import dev.weft.balance.XxHash64;
import dev.weft.base.Address;
import dev.weft.base.IpLiteral;
import dev.weft.http.Ascii;
import dev.weft.http.SetCookie;
import dev.weft.xdsmodel.HashPolicy;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A cookie that a request without it is given in the response, so that the client's next requests go where this one went.
 * Its value is the same for all requests of a connection, and what Envoy would give it. Immutable.
 */
final class NewCookie {
    private final SetCookie set;

    NewCookie(HashPolicy.Source.Cookie cookie) {
        SetCookie cookies = new SetCookie(
                cookie.name(), Objects.requireNonNull(cookie.ttl()).toSeconds(), cookie.path());
        for (HashPolicy.Attribute attribute : cookie.attributes()) {
            cookies = cookies.with(attribute.name(), attribute.value());
        }
        set = cookies;
    }

    /** For requests on this connection. */
    static byte[] value(ConnectionInfo connection) {
        byte[] both = Ascii.bytes(text(connection.remote) + text(connection.destination));
        return Ascii.bytes(HexFormat.of().toHexDigits(XxHash64.hash(both)));
    }

    private static String text(InetSocketAddress address) {
        return new Address(IpLiteral.format(address.getAddress().getAddress()), address.getPort()).toString();
    }

    /** What {@code set-cookie} says. */
    byte[] field(byte[] value) {
        return set.field(Ascii.text(value, 0, value.length));
    }
}
