package dev.weft.upstream;

import dev.weft.base.Address;
import dev.weft.base.Cidr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Turns configured addresses into socket addresses without asking a resolver. */
public final class Addresses {
    private Addresses() {}

    /** The socket address of an IP literal, or null for a name. */
    public static @Nullable InetSocketAddress literal(Address address) {
        byte[] bytes = Cidr.literal(address.host());
        if (bytes == null) {
            return null;
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), address.port());
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // length is 4 or 16 by construction
        }
    }
}
