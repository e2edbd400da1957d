package dev.weft.proxycore;

import dev.weft.codec.CodecLoop;
import dev.weft.codec.Http1Limits;
import dev.weft.codec.Http1ServerConnection;
import dev.weft.codec.Http1ServerOptions;
import dev.weft.codec.Http2Options;
import dev.weft.codec.Http2ServerConnection;
import dev.weft.codec.Mux;
import dev.weft.codec.PrefaceSniffer;
import dev.weft.codec.ServerConnection;
import dev.weft.http.HttpServer;
import dev.weft.net.TlsConnection;
import dev.weft.xdsmodel.Http2ProtocolOptions;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.HttpConnectionManager.ServerHeader.Transformation;
import dev.weft.xdsmodel.HttpProtocolOptions;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Which codec a connection manager's connections get, and with which limits. The only place here that knows codecs. */
final class ServerCodec {
    private static final String H2 = "h2";
    private static final String H2C = "h2c"; // as http_inspector calls it
    private static final String MESH_H1 = "istio-http/1.1";
    private static final String MESH_H2 = "istio-h2";
    private static final String MUX = "weft-mux";

    private final HttpConnectionManager.CodecType codec;
    private final Http1ServerOptions http1;
    private final Http2Options http2;
    private final Http2Options http2Mesh; // for peers of the mesh
    private final Http2Options mux; // for proxies of ours

    ServerCodec(HttpConnectionManager config) {
        HttpProtocolOptions common = config.commonHttp();
        Http1Limits limits = new Http1Limits(
                Http1Limits.REQUEST.startLine(),
                config.maxRequestHeadersKb() == null ? Http1Limits.REQUEST.head() : config.maxRequestHeadersKb() * 1024,
                common.maxHeadersCount() == null ? Http1Limits.REQUEST.fields() : common.maxHeadersCount());
        codec = config.codecType();
        http2 = http2(Http2Options.APPLICATION, config, limits);
        http2Mesh = http2(Http2Options.MESH, config, limits);
        mux = http2Mesh.multiplexing(Mux.AS_RECEIVED);
        http1 = new Http1ServerOptions(
                limits,
                config.http1().acceptHttp10(),
                headTimeout(config),
                common.idleTimeout(),
                config.timeouts().streamIdleTimeout(), // a stream's last bytes are still the stream's
                config.timeouts().delayedCloseTimeout(),
                config.http1().enableTrailers(),
                serverName(config));
    }

    private static Duration headTimeout(HttpConnectionManager config) {
        Duration configured = config.timeouts().requestHeadersTimeout();
        return configured == null ? Http1ServerOptions.DEFAULT.headTimeout() : configured;
    }

    private static Http2Options http2(Http2Options ours, HttpConnectionManager config, Http1Limits limits) {
        Http2ProtocolOptions wanted = config.http2();
        Http2Options figures = ours.with(
                        wanted.maxConcurrentStreams(),
                        wanted.initialStreamWindowSize(),
                        wanted.initialConnectionWindowSize())
                .connectProtocol(wanted.allowConnect())
                .with(limits, config.commonHttp().idleTimeout(), headTimeout(config), serverName(config));
        Http2ProtocolOptions.KeepAlive keepAlive = wanted.keepAlive();
        return keepAlive == null ? figures : figures.withPings(keepAlive.interval(), keepAlive.timeout());
    }

    private static String serverName(HttpConnectionManager config) {
        return config.serverHeader().transformation() == Transformation.PASS_THROUGH
                ? ""
                : config.serverHeader().name();
    }

    /**
     * Puts the codec at the end of an open channel's pipeline: what ALPN or the listener found the client to speak, else
     * what the configuration says, else HTTP/1.1 until the first bytes tell otherwise.
     *
     * @param opened hears which it is; once more if it turns out to be another
     */
    void open(
            Channel channel,
            ConnectionInfo info,
            CodecLoop loop,
            HttpServer server,
            Consumer<ServerConnection> opened) {
        TlsConnection tls = TlsConnection.of(channel);
        String alpn = tls == null ? null : tls.alpn();
        if (MUX.equals(alpn)
                || codec == HttpConnectionManager.CodecType.HTTP2
                || codec == HttpConnectionManager.CodecType.AUTO
                        && (H2.equals(alpn) || MESH_H2.equals(alpn) || info.applicationProtocols.contains(H2C))) {
            Http2ServerConnection connection = new Http2ServerConnection(loop, server, http2(tls));
            opened.accept(connection);
            channel.pipeline().addLast(connection.handler());
            return;
        }
        Http1ServerConnection connection = new Http1ServerConnection(loop, server, http1);
        opened.accept(connection);
        if (codec == HttpConnectionManager.CodecType.AUTO && isUnsaid(alpn, info)) {
            channel.pipeline()
                    .addLast(new PrefaceSniffer(
                            () -> {
                                Http2ServerConnection other = new Http2ServerConnection(loop, server, http2(tls));
                                opened.accept(other);
                                channel.pipeline().replace(connection, null, other.handler());
                            },
                            http1.headTimeout()));
        }
        channel.pipeline().addLast(connection);
    }

    /** An Envoy that passes on what its client speaks says istio-http/1.1 even before HTTP/2. */
    private static boolean isUnsaid(@Nullable String alpn, ConnectionInfo info) {
        return alpn == null ? info.applicationProtocols.isEmpty() : MESH_H1.equals(alpn);
    }

    private Http2Options http2(@Nullable TlsConnection tls) {
        if (tls == null || tls.identity() == null) {
            return http2;
        }
        return MUX.equals(tls.alpn()) ? mux : http2Mesh;
    }
}
