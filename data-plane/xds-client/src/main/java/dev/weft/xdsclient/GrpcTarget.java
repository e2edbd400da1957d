package dev.weft.xdsclient;

import dev.weft.base.Address;
import dev.weft.base.SpiffeId;
import dev.weft.net.TlsContext;
import io.netty.channel.EventLoop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where a gRPC server is and how it is reached: the address, plaintext or TLS, the thread everything happens on.
 *
 * @param address host (name or literal) and port
 * @param authority the {@code :authority} of requests
 * @param tls null for plaintext
 * @param keepalive after this silence the peer is asked with a PING, after twice that it is dead
 */
public record GrpcTarget(
        Address address, String authority, @Nullable Tls tls, ControlThread thread, Duration keepalive) {
    /**
     * How a server is spoken to over TLS. The context follows its secrets, so each new connection uses the newest
     * certificate.
     *
     * @param expected the server's identity; null = what the context itself checks is enough
     */
    public record Tls(TlsContext context, @Nullable SpiffeId expected) {}

    EventLoop loop() {
        return thread.loop();
    }
}
