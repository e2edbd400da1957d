package dev.weft.intercept;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * A process for {@link InterceptorNamespaceTest}: listens on some ports and tells every client which port it reached and
 * where it was going to, {@code 15001 10.0.0.1:80}. Through libc, because the JDK does not show SO_ORIGINAL_DST.
 */
final class EchoOriginalDestination {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final int SO_ORIGINAL_DST = 80; // linux/netfilter_ipv4.h

    private EchoOriginalDestination() {}

    public static void main(String[] ports) throws Throwable {
        for (String port : ports) {
            int listener = listen(Integer.parseInt(port));
            Thread.ofPlatform().start(() -> serve(listener, port));
        }
        System.out.println("listening");
    }

    private static int listen(int port) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            int socket = (int) function("socket", 3).invokeExact(2, 1, 0); // AF_INET, SOCK_STREAM
            MemorySegment address = arena.allocate(16);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) 2);
            address.set(ValueLayout.JAVA_BYTE, 2, (byte) (port >> 8));
            address.set(ValueLayout.JAVA_BYTE, 3, (byte) port);
            MethodHandle bind = handle(
                    "bind",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
            if ((int) bind.invokeExact(socket, address, 16) != 0
                    || (int) function("listen", 2).invokeExact(socket, 16) != 0) {
                throw new IllegalStateException("cannot listen on " + port);
            }
            return socket;
        }
    }

    private static void serve(int listener, String port) {
        MethodHandle accept = handle(
                "accept",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        MethodHandle write = handle(
                "write",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
        try (Arena arena = Arena.ofConfined()) {
            while (true) {
                int socket = (int) accept.invokeExact(listener, MemorySegment.NULL, MemorySegment.NULL);
                byte[] line =
                        (port + " " + originalDestination(arena, socket) + "\n").getBytes(StandardCharsets.US_ASCII);
                MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, line);
                long written = (long) write.invokeExact(socket, bytes, (long) line.length);
                int closed = (int) function("close", 1).invokeExact(socket);
                if (written < 0 || closed < 0) {
                    System.err.println("client of " + port + " went away");
                }
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static String originalDestination(Arena arena, int socket) throws Throwable {
        MethodHandle getsockopt = handle(
                "getsockopt",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS));
        MemorySegment address = arena.allocate(16);
        MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, 16);
        if ((int) getsockopt.invokeExact(socket, 0, SO_ORIGINAL_DST, address, length) != 0) {
            return "-";
        }
        int port = (address.get(ValueLayout.JAVA_BYTE, 2) & 0xff) << 8 | address.get(ValueLayout.JAVA_BYTE, 3) & 0xff;
        StringBuilder text = new StringBuilder();
        for (int i = 4; i < 8; i++) {
            text.append(i == 4 ? "" : ".").append(address.get(ValueLayout.JAVA_BYTE, i) & 0xff);
        }
        return text + ":" + port;
    }

    private static MethodHandle function(String name, int ints) {
        return handle(
                name,
                switch (ints) {
                    case 1 -> FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
                    case 2 -> FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
                    default ->
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
                });
    }

    private static MethodHandle handle(String name, FunctionDescriptor type) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type);
    }
}
