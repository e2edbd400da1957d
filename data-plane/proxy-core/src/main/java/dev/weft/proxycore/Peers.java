package dev.weft.proxycore;

import dev.weft.base.SpiffeId;
import dev.weft.net.TlsConnection;
import io.netty.channel.Channel;

/** Reads who is at the other end of a channel from its TLS side. */
final class Peers {
    private Peers() {}

    static Peer of(Channel channel) {
        TlsConnection tls = TlsConnection.of(channel);
        if (tls == null) {
            return Peer.PLAINTEXT;
        }
        SpiffeId identity = tls.identity();
        SpiffeId own = tls.localIdentity();
        return new Peer(
                true,
                identity,
                identity == null ? "" : identity.toString(),
                own == null ? "" : own.toString(),
                tls.localUriNames(),
                tls.peer(),
                tls.certificatesEndMillis());
    }
}
