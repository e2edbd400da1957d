package dev.weft.upstream;

import dev.weft.net.TlsConfigException;
import dev.weft.net.TlsConnection;
import dev.weft.net.TlsContext;
import dev.weft.net.TlsContexts;
import dev.weft.xdsmodel.CommonTls;
import dev.weft.xdsmodel.TransportSocket;
import dev.weft.xdsmodel.TransportSocket.UpstreamTls;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.util.List;

/**
 * TLS to endpoints. Between proxies of the mesh ALPN says what is inside (decision 7), so there is a context for each where the
 * configuration offers the mesh's protocols; other configurations are used as they are.
 */
final class TlsTransport implements Transport {
    private static final String MESH_PREFIX = "istio";
    private static final String MUX = "weft-mux";
    private static final List<String> MESH_HTTP = List.of("istio-http/1.1");
    private static final List<String> MESH_HTTP2 = List.of("istio-h2");
    private static final List<String> MESH_MUX = List.of(MUX);
    private static final List<String> MESH_TCP = List.of("istio");

    private final UpstreamTls config;
    private final TlsContext http;
    private final TlsContext http2;
    private final TlsContext mux;
    private final TlsContext tcp;
    private final boolean mesh;

    TlsTransport(UpstreamTls config, TlsContexts contexts) throws TlsConfigException {
        this.config = config;
        this.mesh = config.common().alpnProtocols().stream().anyMatch(p -> p.startsWith(MESH_PREFIX));
        this.http = contexts.client(mesh ? with(config, MESH_HTTP) : config);
        this.http2 = mesh ? contexts.client(with(config, MESH_HTTP2)) : http;
        this.mux = mesh ? contexts.client(with(config, MESH_MUX)) : http;
        this.tcp = mesh ? contexts.client(with(config, MESH_TCP)) : http;
    }

    private static UpstreamTls with(UpstreamTls tls, List<String> alpn) {
        CommonTls c = tls.common();
        CommonTls common = new CommonTls(
                c.minVersion(),
                c.maxVersion(),
                c.cipherSuites(),
                c.ecdhCurves(),
                alpn,
                c.certificates(),
                c.certificateSecrets(),
                c.validation());
        return new UpstreamTls(common, tls.sni(), tls.autoHostSni(), tls.autoSniSanValidation());
    }

    @Override
    public TransportSocket config() {
        return config;
    }

    @Override
    public boolean isTls() {
        return true;
    }

    @Override
    public boolean isMesh() {
        return mesh;
    }

    @Override
    public ChannelHandler newHandler(Channel channel, EndpointRuntime endpoint, Inside inside)
            throws NotReadyException {
        TlsContext context = switch (inside) {
            case HTTP -> http;
            case HTTP2 -> http2;
            case MUX -> mux;
            case TCP -> tcp;
        };
        ChannelHandler handler = context.newClientHandler(
                channel,
                endpoint.expectedIdentity(),
                endpoint.config().hostname().isEmpty()
                        ? null
                        : endpoint.config().hostname());
        if (handler == null) {
            throw new NotReadyException("TLS_error:_no_certificate_yet");
        }
        return handler;
    }

    /** Only a proxy of ours understands {@code weft-mux}; all else is understood without being named, too. */
    @Override
    public boolean isAgreed(Channel channel, Inside inside) {
        TlsConnection tls = TlsConnection.of(channel);
        return inside != Inside.MUX || tls != null && MUX.equals(tls.alpn());
    }

    @Override
    public void close() {
        http.close();
        if (mesh) {
            http2.close();
            mux.close();
            tcp.close();
        }
    }
}
