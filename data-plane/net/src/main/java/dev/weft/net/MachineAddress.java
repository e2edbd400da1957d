package dev.weft.net;

import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

/** How this machine is known to others. */
public final class MachineAddress {
    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    private MachineAddress() {}

    /**
     * The IPv4 address that stands for this machine where a connection's own is loopback: the first one other than 127.0.0.1,
     * in the order of the interfaces (Envoy: {@code Network::Utility::getLocalAddress}); 127.0.0.1 without any. Asks the
     * kernel, so not for a loop.
     */
    public static byte[] ipv4() {
        try {
            return NetworkInterface.networkInterfaces()
                    .sorted(Comparator.comparingInt(NetworkInterface::getIndex))
                    .map(MachineAddress::first)
                    .flatMap(Optional::stream)
                    .findFirst()
                    .orElseGet(LOOPBACK::clone);
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** At most one: the JDK tells the addresses of an interface from the last to the first. */
    private static Optional<byte[]> first(NetworkInterface each) {
        return each.inetAddresses()
                .filter(Inet4Address.class::isInstance)
                .map(InetAddress::getAddress)
                .filter(address -> !Arrays.equals(address, LOOPBACK))
                .reduce((earlier, later) -> later);
    }
}
