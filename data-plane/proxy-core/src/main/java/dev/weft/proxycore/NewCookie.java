package dev.weft.proxycore;

import dev.weft.balance.XxHash64;
import dev.weft.base.Address;
import dev.weft.base.IpLiteral;
import dev.weft.http.Ascii;
import dev.weft.xdsmodel.HashPolicy;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A cookie that a request without it is given in the response, so that the client's next requests go where this one went.
 * Its value is the same for all requests of a connection, and what Envoy would give it. Immutable.
 */
final class NewCookie {
    private final String before;
    private final String behind;

    NewCookie(HashPolicy.Source.Cookie cookie) {
        before = cookie.name() + "=\"";
        StringBuilder text = new StringBuilder("\"");
        long seconds = Objects.requireNonNull(cookie.ttl()).toSeconds();
        if (seconds > 0) {
            text.append("; Max-Age=").append(seconds);
        }
        if (!cookie.path().isEmpty()) {
            text.append("; Path=").append(cookie.path());
        }
        for (HashPolicy.Attribute attribute : cookie.attributes()) {
            text.append("; ").append(attribute.name());
            if (!attribute.value().isEmpty()) {
                text.append('=').append(attribute.value());
            }
        }
        behind = text.append("; HttpOnly").toString();
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
        return Ascii.bytes(before + Ascii.text(value, 0, value.length) + behind);
    }
}
