package dev.weft.base;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * IP addresses as text, read and written byte for byte as {@code inet_pton(3)} and {@code inet_ntop(3)} of glibc do, which
 * other proxies use. An IPv4 address in IPv6 form stays one of IPv6, which {@link java.net.InetAddress} would not leave it.
 * There are no zones here ({@code %eth0}): they mean nothing on another machine.
 */
public final class IpLiteral {
    private static final int IPV4 = 4;
    private static final int IPV6 = 16;
    private static final int WORDS = IPV6 / 2;

    private IpLiteral() {}

    /** The 4 or 16 bytes of the address that a span of text spells; null when it spells none. */
    public static byte @Nullable [] parse(byte[] text, int start, int end) {
        if (start >= end) {
            return null;
        }
        byte[] address = new byte[IPV4];
        if (parse4(text, start, end, address, 0)) {
            return address;
        }
        return parse6(text, start, end);
    }

    private static boolean parse4(byte[] text, int start, int end, byte[] out, int at) {
        int octets = 0;
        int value = 0;
        boolean digits = false;
        for (int i = start; i < end; i++) {
            int c = text[i];
            if (c >= '0' && c <= '9') {
                if (digits && value == 0) {
                    return false; // a zero in front of others: octal to some
                }
                value = value * 10 + c - '0';
                if (value > 255 || !digits && ++octets > IPV4) {
                    return false;
                }
                digits = true;
                out[at + octets - 1] = (byte) value;
            } else if (c == '.' && digits && octets < IPV4) {
                value = 0;
                digits = false;
            } else {
                return false;
            }
        }
        return octets == IPV4 && digits;
    }

    private static byte @Nullable [] parse6(byte[] text, int start, int end) {
        byte[] out = new byte[IPV6];
        int length = 0;
        int gap = -1; // where :: stands for zeros
        int word = start;
        int value = 0;
        int digits = 0;
        int i = start;
        if (text[i] == ':' && (++i == end || text[i] != ':')) {
            return null;
        }
        while (i < end) {
            int c = text[i++];
            int digit = Character.digit(c, 16);
            if (digit >= 0) {
                if (++digits > 4) {
                    return null;
                }
                value = value << 4 | digit;
            } else if (c == ':') {
                word = i;
                if (digits == 0) {
                    if (gap >= 0) {
                        return null;
                    }
                    gap = length;
                } else if (i == end || length + 2 > IPV6) {
                    return null;
                } else {
                    out[length++] = (byte) (value >> 8);
                    out[length++] = (byte) value;
                    value = 0;
                    digits = 0;
                }
            } else if (c == '.' && length + IPV4 <= IPV6 && parse4(text, word, end, out, length)) {
                length += IPV4;
                digits = 0;
                break;
            } else {
                return null;
            }
        }
        if (digits > 0) {
            if (length + 2 > IPV6) {
                return null;
            }
            out[length++] = (byte) (value >> 8);
            out[length++] = (byte) value;
        }
        if (gap >= 0) {
            if (length == IPV6) {
                return null; // zeros of no width
            }
            int moved = length - gap;
            System.arraycopy(out, gap, out, IPV6 - moved, moved);
            Arrays.fill(out, gap, IPV6 - moved, (byte) 0);
            length = IPV6;
        }
        return length == IPV6 ? out : null;
    }

    /** The text of an address of 4 or 16 bytes: the longest run of zeros is {@code ::} (RFC 5952). */
    public static String format(byte[] address) {
        StringBuilder out = new StringBuilder(39);
        if (address.length == IPV4) {
            format4(out, address, 0);
            return out.toString();
        }
        if (address.length != IPV6) {
            throw new IllegalArgumentException("not an IP address: " + address.length + " bytes");
        }
        int gap = -1;
        int gapLength = 1; // a single zero is written
        for (int from = 0; from < WORDS; from++) {
            int to = from;
            while (to < WORDS && word(address, to) == 0) {
                to++;
            }
            if (to - from > gapLength) {
                gap = from;
                gapLength = to - from;
            }
            from = to;
        }
        for (int i = 0; i < WORDS; i++) {
            if (i == gap) {
                out.append(gap + gapLength == WORDS ? "::" : ":");
                i += gapLength - 1;
                continue;
            }
            if (i > 0) {
                out.append(':');
            }
            boolean embedded = gap == 0 && (gapLength == 6 || gapLength == 5 && word(address, 5) == 0xffff);
            if (i == 6 && embedded) {
                format4(out, address, 12);
                return out.toString();
            }
            out.append(Integer.toHexString(word(address, i)));
        }
        return out.toString();
    }

    private static int word(byte[] address, int index) {
        return (address[2 * index] & 0xff) << 8 | address[2 * index + 1] & 0xff;
    }

    private static void format4(StringBuilder out, byte[] address, int at) {
        for (int i = 0; i < IPV4; i++) {
            out.append(i == 0 ? "" : ".").append(address[at + i] & 0xff);
        }
    }
}
