package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The structures as the kernel fills them; the option itself needs rules and is tested in network namespaces. */
class OriginalDestinationTest {
    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    @Test
    void readsSockaddrIn() {
        // AF_INET little endian, port 8080, 240.240.0.7, eight bytes of padding
        ByteBuffer sockaddr = bytes("0200 1f90 f0f00007 0000000000000000");
        assertThat(SocketOriginalDestination.parse(sockaddr, true))
                .isEqualTo(new InetSocketAddress("240.240.0.7", 8080));
    }

    @Test
    void readsSockaddrIn6() {
        // AF_INET6, port 443, flow info, fd00::7, scope
        ByteBuffer sockaddr = bytes("0a00 01bb 00000000 fd000000000000000000000000000007 00000000");
        assertThat(SocketOriginalDestination.parse(sockaddr, false)).isEqualTo(new InetSocketAddress("fd00::7", 443));
    }

    @Test
    void anEmptyAnswerIsNone() {
        assertThat(SocketOriginalDestination.parse(ByteBuffer.allocate(16), true))
                .isNull();
        assertThat(SocketOriginalDestination.parse(ByteBuffer.allocate(0), false))
                .isNull();
    }
}
