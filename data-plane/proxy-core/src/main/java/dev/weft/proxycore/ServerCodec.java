package dev.weft.proxycore;

import dev.weft.codec.CodecLoop;
import dev.weft.codec.Http1Limits;
import dev.weft.codec.Http1ServerConnection;
import dev.weft.codec.Http1ServerOptions;
import dev.weft.codec.ServerConnection;
import dev.weft.http.HttpServer;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.HttpConnectionManager.ServerHeader.Transformation;
import dev.weft.xdsmodel.HttpProtocolOptions;
import io.netty.channel.Channel;
import java.time.Duration;

/** Which codec a connection manager's connections get, and with which limits. The only place here that knows codecs. */
final class ServerCodec {
    private final Http1ServerOptions http1;

    ServerCodec(HttpConnectionManager config) {
        HttpProtocolOptions common = config.commonHttp();
        Duration headers = config.timeouts().requestHeadersTimeout();
        Http1Limits limits = new Http1Limits(
                Http1Limits.REQUEST.startLine(),
                config.maxRequestHeadersKb() == null ? Http1Limits.REQUEST.head() : config.maxRequestHeadersKb() * 1024,
                common.maxHeadersCount() == null ? Http1Limits.REQUEST.fields() : common.maxHeadersCount());
        http1 = new Http1ServerOptions(
                limits,
                config.http1().acceptHttp10(),
                headers == null ? Http1ServerOptions.DEFAULT.headTimeout() : headers,
                common.idleTimeout(),
                config.http1().enableTrailers(),
                config.serverHeader().transformation() == Transformation.PASS_THROUGH
                        ? ""
                        : config.serverHeader().name());
    }

    /** Puts the codec at the end of an open channel's pipeline. */
    ServerConnection open(Channel channel, CodecLoop loop, HttpServer server) {
        Http1ServerConnection connection = new Http1ServerConnection(loop, server, http1);
        channel.pipeline().addLast(connection);
        return connection;
    }
}
