package dev.weft.proxy;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Whose the other end of a TCP connection within this machine is, from the kernel's tables of sockets (proc(5), {@code
 * /proc/net/tcp}). Reads files: for what people do now and then, not for traffic.
 */
final class LocalPeer {
    /** Nobody's that can be told. */
    static final int UNKNOWN = -1;

    private static final int ROOT = 0;
    private static final String ESTABLISHED = "01"; // include/net/tcp_states.h
    private static final String NO_INODE = "0";

    private LocalPeer() {}

    /** Whether a user may change a process of this one's: root and the user itself. */
    static boolean mayChangeUs(int uid) {
        return uid == ROOT || uid != UNKNOWN && uid == ownUid();
    }

    /**
     * The user who made the peer's socket.
     *
     * @param peer the connection's remote address
     * @param self its local one
     */
    static int uid(InetSocketAddress peer, InetSocketAddress self) {
        // A socket that its process has closed counts as root's. Open in the second look, it was so in the first.
        int first = look(peer, self);
        return first == look(peer, self) ? first : UNKNOWN;
    }

    private static int look(InetSocketAddress peer, InetSocketAddress self) {
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            boolean v6 = table.endsWith("6");
            String local = endpoint(peer, v6);
            String remote = endpoint(self, v6);
            try (Stream<String> lines = Files.lines(Path.of(table))) {
                String[] row = lines.map(line -> line.strip().split("\\s+"))
                        .filter(fields -> fields.length > 9 && fields[1].equals(local) && fields[2].equals(remote))
                        .findFirst()
                        .orElse(null);
                if (row != null) {
                    return row[3].equals(ESTABLISHED) && !row[9].equals(NO_INODE) ? Integer.parseInt(row[7]) : UNKNOWN;
                }
            } catch (IOException | RuntimeException e) {
                return UNKNOWN; // no table, or not in the form we know
            }
        }
        return UNKNOWN;
    }

    /** As the tables have it: words in the machine's byte order; in the second one IPv4 is mapped (RFC 4291 2.5.5.2). */
    private static String endpoint(InetSocketAddress address, boolean v6) {
        byte[] bytes = address.getAddress().getAddress();
        if (v6 && address.getAddress() instanceof Inet4Address) {
            bytes = ByteBuffer.allocate(16)
                    .putInt(8, 0xffff)
                    .position(12)
                    .put(bytes)
                    .array();
        }
        ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        StringBuilder text = new StringBuilder();
        while (words.hasRemaining()) {
            text.append(String.format(Locale.ROOT, "%08X", words.getInt()));
        }
        return text.append(String.format(Locale.ROOT, ":%04X", address.getPort()))
                .toString();
    }

    private static int ownUid() {
        try {
            Map<String, Object> attributes = Files.readAttributes(Path.of("/proc/self"), "unix:uid");
            return attributes.get("uid") instanceof Integer uid ? uid : UNKNOWN;
        } catch (IOException e) {
            return UNKNOWN;
        }
    }
}
