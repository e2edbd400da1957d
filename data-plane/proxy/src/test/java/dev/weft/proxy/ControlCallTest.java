package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.Address;
import dev.weft.identity.HostCredential;
import dev.weft.identity.IssuedIdentity;
import dev.weft.net.EventLoops;
import dev.weft.net.TlsContext;
import dev.weft.net.TlsContexts;
import dev.weft.xdsclient.CertificateCall;
import dev.weft.xdsclient.ControlThread;
import dev.weft.xdsclient.GrpcTarget;
import dev.weft.xdsmodel.Secret;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a call to the control plane looks like on the wire, read by Netty's HTTP/2 and answered with trailers only. */
@Timeout(60)
class ControlCallTest {
    private final EventLoops loops = new EventLoops(1, "call-test");
    private final TlsContexts contexts = new TlsContexts();
    private final CompletableFuture<Map<String, String>> head = new CompletableFuture<>();
    private HostCredential credential;

    @BeforeEach
    void readCredential() throws Exception {
        try (InputStream pem = WarmUp.class.getResourceAsStream("warm-up.pem")) {
            credential = HostCredential.read(pem);
        }
        Map<String, Secret> secrets = new HashMap<>();
        new IssuedIdentity(credential.identity(), credential.key(), credential.chain(), credential.roots())
                .secrets()
                .forEach(secret -> secrets.put(secret.name(), secret));
        contexts.secrets(secrets);
    }

    @AfterEach
    void close() {
        loops.close();
        contexts.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theHeadIsWhatGrpcAsksFor(boolean tls) throws Exception {
        int port = serve(tls ? contexts.server(MeshIdentity.serverSide("h2")) : null);
        GrpcTarget target = new GrpcTarget(
                new Address("127.0.0.1", port),
                "control:15012",
                tls ? new GrpcTarget.Tls(contexts.client(MeshIdentity.clientSide()), credential.identity()) : null,
                new ControlThread(loops.loop(0).netty(), loops.loop(0)::newSocket),
                Duration.ofSeconds(7));
        CompletableFuture<List<String>> answer = CertificateCall.create(
                target, "CSR", Duration.ofHours(1), Map.of(), Map.of("authorization", "x"), Duration.ofSeconds(20));
        assertThat(head.get(20, TimeUnit.SECONDS))
                .isEqualTo(new TreeMap<>(Map.of(
                        ":method", "POST",
                        ":scheme", tls ? "https" : "http",
                        ":authority", "control:15012",
                        ":path", "/istio.v1.auth.IstioCertificateService/CreateCertificate",
                        "te", "trailers",
                        "content-type", "application/grpc",
                        "user-agent", "weft",
                        "grpc-timeout", "20000m",
                        "authorization", "x")));
        assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(CertificateCall.RefusedException.class)
                .hasMessage("PERMISSION_DENIED: no way");
    }

    private int serve(TlsContext tls) {
        Channel channel = new ServerBootstrap()
                .group(loops.loop(0).netty())
                .channel(EpollServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel accepted) {
                        if (tls != null) {
                            accepted.pipeline().addLast(tls.newServerHandler(accepted));
                        }
                        accepted.pipeline()
                                .addLast(Http2FrameCodecBuilder.forServer().build(), new Refusal());
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    private final class Refusal extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Http2HeadersFrame frame) {
                Map<String, String> fields = new TreeMap<>();
                frame.headers()
                        .forEach(field -> fields.put(
                                field.getKey().toString(), field.getValue().toString()));
                head.complete(fields);
                DefaultHttp2Headers refusal = new DefaultHttp2Headers();
                refusal.status("200").set("content-type", "application/grpc");
                refusal.set("grpc-status", "7").set("grpc-message", "no%20way");
                ctx.writeAndFlush(new DefaultHttp2HeadersFrame(refusal, true).stream(frame.stream()));
            }
            ReferenceCountUtil.release(message);
        }
    }
}
