package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.SpiffeId;
import dev.weft.xdsmodel.CommonTls;
import dev.weft.xdsmodel.CommonTls.TlsVersion;
import dev.weft.xdsmodel.CommonTls.Validation;
import dev.weft.xdsmodel.Secret;
import dev.weft.xdsmodel.StringMatcher;
import dev.weft.xdsmodel.TransportSocket.DownstreamTls;
import dev.weft.xdsmodel.TransportSocket.UpstreamTls;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real handshakes over loopback: an echo server behind one TLS context, a client with another. */
class TlsHandshakeTest {
    private static final String CLIENT = "spiffe://cluster.local/ns/shop/sa/orders";
    private static final String SERVER = "spiffe://cluster.local/ns/shop/sa/payments";
    private static final TestCa ROOT = TestCa.root("mesh root");

    private final EventLoops loops = new EventLoops(1, "tls-test");
    private @Nullable ListenSocket listener;
    private final Queue<Channel> channels = new ConcurrentLinkedQueue<>();
    private final List<TlsContexts> opened = new ArrayList<>();
    private final BlockingQueue<TlsConnection> accepted = new LinkedBlockingQueue<>();
    private final BlockingQueue<TlsConnection> refusedByServer = new LinkedBlockingQueue<>();

    @BeforeEach
    void start() {
        assertThat(TlsProvider.preferred()).isEqualTo(TlsProvider.BORINGSSL);
    }

    @AfterEach
    void stop() {
        if (listener != null) {
            listener.close();
        }
        channels.forEach(channel -> channel.close().syncUninterruptibly());
        opened.forEach(TlsContexts::close);
        loops.close();
        assertThat(opened).allMatch(contexts -> contexts.sharedContexts() == 0);
    }

    private TlsContexts newContexts(TlsProvider provider) {
        TlsContexts contexts = new TlsContexts(provider);
        opened.add(contexts);
        return contexts;
    }

    static CommonTls mesh(String... alpn) {
        return CommonTls.ofSecrets("default", new Validation(null, "ROOTCA"), TlsVersion.TLSv1_3, List.of(alpn));
    }

    static Map<String, Secret> secrets(TestCa.Issued own, TestCa root) {
        return Map.of("default", own.secret("default"), "ROOTCA", root.bundle("ROOTCA"));
    }

    private TlsContexts contexts(TlsProvider provider, TestCa.Issued own, TestCa root) {
        TlsContexts contexts = newContexts(provider);
        assertThat(contexts.secrets(secrets(own, root))).isEmpty();
        return contexts;
    }

    private void serve(TlsContext context) throws Exception {
        listener = ListenSocket.bind(
                loops,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                ListenSocket.Options.DEFAULT,
                (loop, channel) -> {
                    channels.add(channel);
                    SslHandler handler = context.newServerHandler(channel);
                    channel.pipeline().addLast(handler);
                    handler.handshakeFuture().addListener(done -> {
                        TlsConnection connection = TlsConnection.of(channel);
                        (done.isSuccess() && connection.failure() == null ? accepted : refusedByServer).add(connection);
                    });
                    channel.pipeline().addLast(new Quiet() {
                        @Override
                        public void channelRead(ChannelHandlerContext ctx, Object message) {
                            ctx.writeAndFlush(message);
                        }
                    });
                });
        listener.resumeAccepting();
    }

    private static class Quiet extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** An echo client over one connection. */
    private final class Client {
        final BlockingQueue<String> received = new LinkedBlockingQueue<>();
        final Channel channel;
        final TlsConnection tls;
        final boolean connected;
        final @Nullable Throwable cause;
        private volatile SslHandler handler;

        Client(TlsContext context, @Nullable SpiffeId expected) throws Exception {
            Bootstrap bootstrap = new Bootstrap()
                    .group(loops.loop(0).netty())
                    .channelFactory(loops.loop(0)::newSocket)
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel ch) {
                            handler = context.newClientHandler(ch, expected, null);
                            ch.pipeline().addLast(handler);
                            ch.pipeline().addLast(new Quiet() {
                                @Override
                                public void channelRead(ChannelHandlerContext ctx, Object message) {
                                    ByteBuf bytes = (ByteBuf) message;
                                    received.add(bytes.toString(StandardCharsets.US_ASCII));
                                    bytes.release();
                                }

                                @Override
                                public void channelInactive(ChannelHandlerContext ctx) {
                                    received.add("<closed>");
                                }
                            });
                        }
                    });
            channel = bootstrap.connect(listener.localAddress()).sync().channel();
            channels.add(channel);
            boolean success = handler.handshakeFuture().await().isSuccess();
            tls = TlsConnection.of(channel);
            connected = success && tls.failure() == null;
            cause = handler.handshakeFuture().cause();
        }

        /** What comes back for a message, or {@code <closed>}. With TLS 1.3 the client learns of a refusal here. */
        String echo(String text) throws InterruptedException {
            channel.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
            return received.poll(5, TimeUnit.SECONDS);
        }
    }

    private UpstreamTls upstream(CommonTls common) {
        return new UpstreamTls(common, "outbound_.80_._.payments.shop.svc.cluster.local", false, false);
    }

    @ParameterizedTest
    @CsvSource({"BORINGSSL,BORINGSSL", "JDK,BORINGSSL", "JDK,JDK"})
    void bothSidesLearnTheOthersIdentity(TlsProvider clientSide, TlsProvider serverSide) throws Exception {
        TlsContexts server = contexts(serverSide, ROOT.workload(SERVER), ROOT);
        TlsContexts client = contexts(clientSide, ROOT.workload(CLIENT), ROOT);
        serve(server.server(new DownstreamTls(mesh("istio-http/1.1", "istio"), true, false)));
        Client connection = new Client(client.client(upstream(mesh("istio-http/1.1"))), SpiffeId.parse(SERVER));
        assertThat(connection.cause).isNull();
        assertThat(connection.connected).isTrue();
        assertThat(connection.echo("hello")).isEqualTo("hello");
        assertThat(connection.tls.identity()).isEqualTo(SpiffeId.parse(SERVER));
        assertThat(connection.tls.localIdentity()).isEqualTo(SpiffeId.parse(CLIENT));
        assertThat(connection.tls.alpn()).isEqualTo("istio-http/1.1");
        assertThat(connection.tls.version()).isEqualTo("TLSv1.3");
        TlsConnection seen = accepted.poll(5, TimeUnit.SECONDS);
        assertThat(seen.identity()).isEqualTo(SpiffeId.parse(CLIENT));
        assertThat(seen.alpn()).isEqualTo("istio-http/1.1");
        if (clientSide == TlsProvider.BORINGSSL) {
            assertThat(seen.sni()).isEqualTo("outbound_.80_._.payments.shop.svc.cluster.local");
        }
    }

    @Test
    void serverOfAnotherIdentityIsRefusedBeforeAnyByteIsSent() throws Exception {
        TlsContexts server = contexts(TlsProvider.BORINGSSL, ROOT.workload(SERVER), ROOT);
        TlsContexts client = contexts(TlsProvider.BORINGSSL, ROOT.workload(CLIENT), ROOT);
        serve(server.server(new DownstreamTls(mesh(), true, false)));
        Client connection =
                new Client(client.client(upstream(mesh())), SpiffeId.parse("spiffe://cluster.local/ns/shop/sa/other"));
        assertThat(connection.connected).isFalse();
        assertThat(connection.tls.failure()).contains(SERVER).contains("sa/other");
        assertThat(refusedByServer.poll(5, TimeUnit.SECONDS)).isNotNull();
        assertThat(accepted).isEmpty();
    }

    @Test
    void serverOfAnotherRootIsRefused() throws Exception {
        TestCa foreign = TestCa.root("mesh root"); // same name, another key
        TlsContexts server = contexts(TlsProvider.BORINGSSL, foreign.workload(SERVER), ROOT);
        TlsContexts client = contexts(TlsProvider.BORINGSSL, ROOT.workload(CLIENT), ROOT);
        serve(server.server(new DownstreamTls(mesh(), true, false)));
        Client connection = new Client(client.client(upstream(mesh())), SpiffeId.parse(SERVER));
        assertThat(connection.connected).isFalse();
        assertThat(connection.tls.failure()).contains("chain refused");
    }

    @Test
    void clientOfAnotherRootIsRefused() throws Exception {
        TestCa foreign = TestCa.root("another root");
        TlsContexts server = contexts(TlsProvider.BORINGSSL, ROOT.workload(SERVER), ROOT);
        TlsContexts client = contexts(TlsProvider.BORINGSSL, foreign.workload(CLIENT), ROOT);
        serve(server.server(new DownstreamTls(mesh(), true, false)));
        Client connection = new Client(client.client(upstream(mesh())), SpiffeId.parse(SERVER));
        assertThat(connection.echo("hello")).isEqualTo("<closed>");
        assertThat(refusedByServer.poll(5, TimeUnit.SECONDS).failure()).contains("not issued by a trusted root");
        assertThat(accepted).isEmpty();
    }

    @Test
    void missingClientCertificateIsRefused() throws Exception {
        TlsContexts server = contexts(TlsProvider.BORINGSSL, ROOT.workload(SERVER), ROOT);
        TlsContexts client = newContexts(TlsProvider.BORINGSSL);
        client.secrets(Map.of("ROOTCA", ROOT.bundle("ROOTCA")));
        CommonTls none = new CommonTls(
                TlsVersion.TLSv1_3,
                TlsVersion.TLSv1_3,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                new Validation(null, "ROOTCA"));
        serve(server.server(new DownstreamTls(mesh(), true, false)));
        Client connection = new Client(client.client(upstream(none)), SpiffeId.parse(SERVER));
        assertThat(connection.echo("hello")).isEqualTo("<closed>");
        assertThat(accepted).isEmpty();
    }

    @Test
    void clientCertificateIsOptionalWhereNotRequired() throws Exception {
        TlsContexts server = contexts(TlsProvider.BORINGSSL, ROOT.workload(SERVER), ROOT);
        TlsContexts client = newContexts(TlsProvider.BORINGSSL);
        client.secrets(Map.of("ROOTCA", ROOT.bundle("ROOTCA")));
        CommonTls none = new CommonTls(
                TlsVersion.AUTO,
                TlsVersion.TLSv1_3,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                new Validation(null, "ROOTCA"));
        serve(server.server(new DownstreamTls(mesh(), false, false)));
        Client connection = new Client(client.client(upstream(none)), SpiffeId.parse(SERVER));
        assertThat(connection.echo("hello")).isEqualTo("hello");
        assertThat(accepted.poll(5, TimeUnit.SECONDS).peer()).isNull();
    }

    @Test
    void tls12ClientIsRefusedByTheMesh() throws Exception {
        TlsContexts server = contexts(TlsProvider.BORINGSSL, ROOT.workload(SERVER), ROOT);
        TlsContexts client = contexts(TlsProvider.BORINGSSL, ROOT.workload(CLIENT), ROOT);
        serve(server.server(new DownstreamTls(mesh(), true, false)));
        CommonTls old = CommonTls.ofSecrets("default", new Validation(null, "ROOTCA"), TlsVersion.TLSv1_2, List.of());
        assertThat(new Client(client.client(upstream(old)), null).connected).isFalse();
    }

    @Test
    void rotationServesNewConnectionsAndLeavesOpenOnesAlone() throws Exception {
        TestCa next = TestCa.root("next root");
        TlsContexts server = contexts(TlsProvider.BORINGSSL, ROOT.workload(SERVER), ROOT);
        TlsContexts client = contexts(TlsProvider.BORINGSSL, ROOT.workload(CLIENT), ROOT);
        TlsContext serving = server.server(new DownstreamTls(mesh(), true, false));
        TlsContext calling = client.client(upstream(mesh()));
        serve(serving);
        Client before = new Client(calling, SpiffeId.parse(SERVER));
        assertThat(before.echo("one")).isEqualTo("one");
        server.secrets(secrets(next.workload(SERVER), next));
        client.secrets(secrets(next.workload(CLIENT), next));
        Client after = new Client(calling, SpiffeId.parse(SERVER));
        assertThat(after.echo("two")).isEqualTo("two");
        assertThat(after.tls.peer().leaf().getIssuerX500Principal().getName()).isEqualTo("CN=next root");
        assertThat(before.echo("three")).isEqualTo("three");
        assertThat(before.channel.isActive()).isTrue();
        assertThat(client.sharedContexts()).isEqualTo(1);
        calling.close();
        assertThat(client.sharedContexts()).isZero();
        assertThat(after.echo("four"))
                .as("open connections outlive their context")
                .isEqualTo("four");
    }

    @Test
    void brokenSecretKeepsTheLastGoodOne() throws Exception {
        TlsContexts server = contexts(TlsProvider.BORINGSSL, ROOT.workload(SERVER), ROOT);
        TlsContexts client = contexts(TlsProvider.BORINGSSL, ROOT.workload(CLIENT), ROOT);
        serve(server.server(new DownstreamTls(mesh(), true, false)));
        Map<String, Secret> broken = Map.of(
                "default",
                new Secret.TlsCertificate(
                        "default",
                        new dev.weft.xdsmodel.DataSource.Inline("nonsense"),
                        new dev.weft.xdsmodel.DataSource.Inline("nonsense")),
                "ROOTCA",
                ROOT.bundle("ROOTCA"));
        assertThat(server.secrets(broken)).isNotEmpty().allMatch(d -> d.isError());
        Client connection = new Client(client.client(upstream(mesh())), SpiffeId.parse(SERVER));
        assertThat(connection.echo("still")).isEqualTo("still");
    }

    @Test
    void contextWaitsForItsSecrets() throws Exception {
        TlsContexts contexts = newContexts(TlsProvider.BORINGSSL);
        TlsContext context = contexts.server(new DownstreamTls(mesh(), true, false));
        assertThat(context.ready()).isFalse();
        contexts.secrets(secrets(ROOT.workload(SERVER), ROOT));
        assertThat(context.ready()).isTrue();
    }

    @Test
    void clustersWithOtherNamesShareOneNativeContext() throws Exception {
        TlsContexts contexts = contexts(TlsProvider.BORINGSSL, ROOT.workload(CLIENT), ROOT);
        for (int i = 0; i < 100; i++) {
            Secret.ValidationContext names = new Secret.ValidationContext(
                    "",
                    null,
                    List.of(new Secret.SubjectAltNameMatcher(
                            Secret.SanType.URI, StringMatcher.exact("spiffe://cluster.local/ns/a/sa/s" + i))),
                    List.of(),
                    List.of(),
                    null,
                    false,
                    false);
            CommonTls common = CommonTls.ofSecrets(
                    "default", new Validation(names, "ROOTCA"), TlsVersion.TLSv1_3, List.of("istio"));
            contexts.client(new UpstreamTls(common, "service" + i, false, false));
        }
        assertThat(contexts.sharedContexts()).isEqualTo(1);
    }

    @Test
    void plainTlsChecksDnsNames() throws Exception {
        TestCa web = TestCa.root("web root");
        TestCa.Issued site = web.intermediate("web intermediate")
                .issue(new TestCa.Shape().dns("*.example.com").with(s -> {
                    s.usage = KeyUsage.digitalSignature | KeyUsage.keyEncipherment;
                    s.purposes = List.of(KeyPurposeId.id_kp_serverAuth);
                }));
        TlsContexts contexts = newContexts(TlsProvider.BORINGSSL);
        CommonTls serving = new CommonTls(
                TlsVersion.AUTO,
                TlsVersion.AUTO,
                List.of(),
                List.of(),
                List.of("h2", "http/1.1"),
                List.of(site.secret("")),
                List.of(),
                Validation.NONE);
        serve(contexts.server(new DownstreamTls(serving, false, false)));
        Client good = new Client(contexts.client(site(web, "www.example.com")), null);
        assertThat(good.echo("hello")).isEqualTo("hello");
        assertThat(good.tls.alpn()).isEqualTo("http/1.1");
        assertThat(good.tls.identity()).isNull();
        assertThat(good.tls.version()).as("Envoy's default as client").isEqualTo("TLSv1.2");
        Client bad = new Client(contexts.client(site(web, "www.example.org")), null);
        assertThat(bad.connected).isFalse();
        assertThat(bad.tls.failure()).contains("*.example.com");
    }

    private static UpstreamTls site(TestCa web, String name) {
        Secret.ValidationContext bundle = web.bundle("");
        Secret.ValidationContext validation = new Secret.ValidationContext(
                "",
                bundle.trustedCa(),
                List.of(new Secret.SubjectAltNameMatcher(Secret.SanType.DNS, StringMatcher.exact(name))),
                List.of(),
                List.of(),
                null,
                false,
                false);
        CommonTls common = new CommonTls(
                TlsVersion.AUTO,
                TlsVersion.AUTO,
                List.of(),
                List.of(),
                List.of("http/1.1"),
                List.of(),
                List.of(),
                new Validation(validation, null));
        return new UpstreamTls(common, name, false, false);
    }
}
