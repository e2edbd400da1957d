package dev.weft.demo;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.NetworkInterface;

/**
 * Reads every packet of a network interface and tells TLS records from readable HTTP. Through libc (AF_PACKET), so that
 * nothing has to be installed. Needs root.
 */
final class WireTap {
    /**
     * What went over the wire.
     *
     * @param packets TCP segments with a payload between the addresses of workloads
     * @param tls payloads that begin with a TLS record
     * @param readable payloads with an HTTP request or answer in the clear
     * @param handshakes TLS ClientHellos
     */
    record Seen(int packets, int tls, int readable, int handshakes) {}

    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final int ETH_P_ALL = 3;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final Linker LINKER = Linker.nativeLinker();

    private WireTap() {}

    /** Watches an interface for some time; only packets to or from {@code port} count. */
    static Seen watch(String networkInterface, int port, long millis) throws IOException {
        NetworkInterface found = NetworkInterface.getByName(networkInterface);
        if (found == null) {
            throw new IOException("no network interface " + networkInterface);
        }
        try (Arena arena = Arena.ofConfined()) {
            return watch(arena, found.getIndex(), port, millis);
        } catch (RuntimeException | IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("cannot read " + networkInterface, e);
        }
    }

    private static Seen watch(Arena arena, int index, int port, long millis) throws Throwable {
        int any = Short.toUnsignedInt(Short.reverseBytes((short) ETH_P_ALL));
        int socket = (int) handle("socket", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)
                .invokeExact(AF_PACKET, SOCK_RAW, any);
        if (socket < 0) {
            throw new IOException("no permission to read packets");
        }
        MemorySegment address = arena.allocate(20); // struct sockaddr_ll
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_PACKET);
        address.set(ValueLayout.JAVA_SHORT, 2, (short) any);
        address.set(ValueLayout.JAVA_INT, 4, index);
        int bound = (int) handle("bind", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT)
                .invokeExact(socket, address, 20);
        MemorySegment timeout = arena.allocate(16); // struct timeval, 100 ms
        timeout.set(ValueLayout.JAVA_LONG, 8, 100_000);
        int set = (int) handle(
                        "setsockopt",
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT)
                .invokeExact(socket, SOL_SOCKET, SO_RCVTIMEO, timeout, 16);
        MethodHandle receive = LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow("recv"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT));
        MemorySegment frame = arena.allocate(65_536);
        Counter counter = new Counter(port);
        long deadline = System.nanoTime() + millis * 1_000_000;
        while (bound == 0 && set == 0 && System.nanoTime() < deadline) {
            long length = (long) receive.invokeExact(socket, frame, 65_536L, 0);
            if (length > 0) {
                counter.frame(frame.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
            }
        }
        int closed = (int) handle("close", ValueLayout.JAVA_INT).invokeExact(socket);
        if (bound != 0 || set != 0 || closed != 0) {
            throw new IOException("cannot read packets of interface " + index);
        }
        return counter.seen();
    }

    private static MethodHandle handle(String name, java.lang.foreign.MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
    }

    /** Looks into Ethernet frames with IPv4 and TCP. */
    static final class Counter {
        private final int port;
        private int packets;
        private int tls;
        private int readable;
        private int handshakes;

        Counter(int port) {
            this.port = port;
        }

        void frame(byte[] frame) {
            if (frame.length < 54 || unsigned16(frame, 12) != 0x0800 || frame[23] != 6) {
                return;
            }
            int tcp = 14 + (frame[14] & 15) * 4;
            if (tcp + 20 > frame.length || unsigned16(frame, tcp) != port && unsigned16(frame, tcp + 2) != port) {
                return;
            }
            int start = tcp + (frame[tcp + 12] >> 4 & 15) * 4;
            int end = Math.min(frame.length, 14 + unsigned16(frame, 16));
            if (start >= end) {
                return;
            }
            packets++;
            if (isTls(frame, start, end)) {
                tls++;
                if (frame[start] == 22 && end - start > 5 && frame[start + 5] == 1) {
                    handshakes++;
                }
            }
            if (isReadable(frame, start, end)) {
                readable++;
            }
        }

        /** A record of TLS: type 20 to 23, version 3.x. A long record's later segments begin with neither. */
        private static boolean isTls(byte[] frame, int start, int end) {
            return end - start >= 5 && frame[start] >= 20 && frame[start] <= 23 && frame[start + 1] == 3;
        }

        private static boolean isReadable(byte[] frame, int start, int end) {
            String text = new String(frame, start, end - start, java.nio.charset.StandardCharsets.ISO_8859_1);
            return text.contains("HTTP/1.") || text.contains("\"paidBy\"") || text.contains("\"parcel\"");
        }

        private static int unsigned16(byte[] bytes, int at) {
            return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
        }

        Seen seen() {
            return new Seen(packets, tls, readable, handshakes);
        }
    }
}
