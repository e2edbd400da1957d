package dev.weft.base;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An IPv4 or IPv6 network: all addresses that share the first {@code bits} bits. Host bits are cleared. */
public final class Cidr {
    private final byte[] prefix;
    private final int bits;

    private Cidr(byte[] prefix, int bits) {
        this.prefix = prefix;
        this.bits = bits;
    }

    /** Parses {@code 10.0.0.0/8}, {@code fd00::/8} or a lone address; {@link IllegalArgumentException} otherwise. */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        byte[] address = literal(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            throw new IllegalArgumentException("not an IP network: '" + text + "'");
        }
        int bits = address.length * 8;
        if (slash >= 0) {
            try {
                bits = Integer.parseInt(text.substring(slash + 1));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("not an IP network: '" + text + "'", e);
            }
        }
        return of(address, bits);
    }

    /** The network of {@code bits} leading bits of an address of 4 or 16 bytes. */
    public static Cidr of(byte[] address, int bits) {
        if (address.length != 4 && address.length != 16 || bits < 0 || bits > address.length * 8) {
            throw new IllegalArgumentException("prefix length out of range: " + bits);
        }
        byte[] prefix = address.clone();
        for (int i = 0; i < prefix.length; i++) {
            int keep = Math.clamp(bits - i * 8, 0, 8);
            prefix[i] &= (byte) (0xff << (8 - keep));
        }
        return new Cidr(prefix, bits);
    }

    /** Whether an address of 4 or 16 bytes lies in this network; IPv4 never matches an IPv6 network. */
    public boolean contains(byte[] address) {
        if (address.length != prefix.length) {
            return false;
        }
        int whole = bits / 8;
        for (int i = 0; i < whole; i++) {
            if (address[i] != prefix[i]) {
                return false;
            }
        }
        int rest = bits % 8;
        return rest == 0 || (address[whole] & (0xff << (8 - rest)) & 0xff) == (prefix[whole] & 0xff);
    }

    /** Number of leading bits that are fixed. */
    public int bits() {
        return bits;
    }

    /** Bytes of an IP literal (4 or 16), or null for anything that is not one. Never asks a resolver. */
    public static byte @Nullable [] literal(String text) {
        if (text.isEmpty() || text.indexOf(':') < 0 && !isDottedQuad(text)) {
            return null;
        }
        try {
            // InetAddress parses literals without a look-up; a name never gets here.
            return InetAddress.getByName(text.indexOf(':') >= 0 ? "[" + text + "]" : text)
                    .getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }

    private static boolean isDottedQuad(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            if (part.isEmpty() || part.length() > 3 || !part.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Cidr that && bits == that.bits && Arrays.equals(prefix, that.prefix);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(prefix) * 31 + bits;
    }

    @Override
    public String toString() {
        try {
            return InetAddress.getByAddress(prefix).getHostAddress() + "/" + bits;
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // length is 4 or 16 by construction
        }
    }
}
