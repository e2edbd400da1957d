package dev.weft.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLEngine;

/** Netty's handler, tied to the {@link TlsConnection} that its trust manager asks for. */
final class TlsHandler extends SslHandler {
    private final TlsConnection connection;
    private final ConnectionTrustManager trust;

    TlsHandler(SSLEngine engine, TlsConnection connection, ConnectionTrustManager trust) {
        super(engine);
        this.connection = connection;
        this.trust = trust;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        connection.attach(ctx.channel(), this);
        trust.begin(engine(), connection);
        handshakeFuture().addListener(future -> {
            trust.end(engine());
            if (future.isSuccess()) {
                try {
                    connection.complete(engine());
                } catch (CertificateException | RuntimeException e) {
                    ctx.close(); // a peer that could not be verified is not one, whatever the reason
                }
            }
        });
        super.handlerAdded(ctx);
    }

    @Override
    public void handlerRemoved0(ChannelHandlerContext ctx) throws Exception {
        trust.end(engine());
        super.handlerRemoved0(ctx);
    }
}
