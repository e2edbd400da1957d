package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.xdsmodel.CommonTls;
import dev.weft.xdsmodel.CommonTls.TlsVersion;
import dev.weft.xdsmodel.CommonTls.Validation;
import dev.weft.xdsmodel.TransportSocket.DownstreamTls;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.CertificateVerifier;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyStore;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a foreign client (the JDK's) sees of our server: versions, ciphers, and why it is refused. */
@Timeout(60)
class TlsParametersTest {
    private static final String CLIENT = "spiffe://cluster.local/ns/shop/sa/orders";
    private static final String SERVER = "spiffe://cluster.local/ns/shop/sa/payments";
    private static final String CHACHA = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256";
    private static final TestCa ROOT = TestCa.root("mesh root");
    private static final TrustManager ALL = new X509TrustManager() {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    };

    private final EventLoops loops = new EventLoops(1, "tls-test");
    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final TlsContexts contexts = new TlsContexts(TlsProvider.BORINGSSL);
    private @Nullable ListenSocket listener;

    @AfterEach
    void stop() {
        if (listener != null) {
            listener.close();
        }
        contexts.close();
        loops.close();
    }

    private void serve(boolean clientCertificate, String... cipherSuites) throws Exception {
        contexts.secrets(Map.of("default", ROOT.workload(SERVER).secret("default"), "ROOTCA", ROOT.bundle("ROOTCA")));
        CommonTls common = new CommonTls(
                TlsVersion.AUTO,
                TlsVersion.AUTO,
                List.of(cipherSuites),
                List.of(),
                List.of(),
                List.of(),
                List.of("default"),
                clientCertificate ? new Validation(null, "ROOTCA") : Validation.NONE);
        TlsContext context = contexts.server(new DownstreamTls(common, clientCertificate, false));
        listener = ListenSocket.bind(
                loops,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                ListenSocket.Options.DEFAULT,
                (loop, channel) -> {
                    SslHandler handler = context.newServerHandler(channel);
                    handler.handshakeFuture().addListener(done -> {
                        if (!done.isSuccess()) {
                            failures.add(done.cause());
                        }
                    });
                    channel.pipeline().addLast(handler);
                    channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext ctx, Object message) {
                            ctx.writeAndFlush(message);
                        }

                        @Override
                        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                            ctx.close();
                        }
                    });
                });
        listener.resumeAccepting();
    }

    /** Shakes hands and sends one byte to and fro: with TLS 1.3 a client learns of its refusal when it reads. */
    private String connect(TestCa.@Nullable Issued own, String version, String... ciphers) throws Exception {
        KeyManager[] keys = {};
        if (own != null) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("own", own.key(), new char[0], own.chain().toArray(new Certificate[0]));
            KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
            factory.init(store, new char[0]);
            keys = factory.getKeyManagers();
        }
        SSLContext client = SSLContext.getInstance("TLS");
        client.init(keys, new TrustManager[] {ALL}, null);
        InetSocketAddress address = listener.localAddress();
        try (SSLSocket socket =
                (SSLSocket) client.getSocketFactory().createSocket(address.getAddress(), address.getPort())) {
            socket.setEnabledProtocols(new String[] {version});
            if (ciphers.length > 0) {
                socket.setEnabledCipherSuites(ciphers);
            }
            socket.startHandshake();
            socket.getOutputStream().write('x');
            assertThat(socket.getInputStream().read()).isEqualTo('x');
            return socket.getSession().getCipherSuite();
        }
    }

    /**
     * What the alert is made of: BoringSSL's code, or a reason of the JDK's that Netty has a code for. The client may miss
     * the alert, when a reset overtakes it while it still writes.
     */
    private Object refusal(TestCa.Issued own, String version) throws Exception {
        assertThatThrownBy(() -> connect(own, version)).isInstanceOf(IOException.class);
        for (Throwable cause = failures.poll(10, TimeUnit.SECONDS); cause != null; cause = cause.getCause()) {
            if (cause instanceof OpenSslCertificateException coded) {
                return coded.errorCode();
            }
            if (cause instanceof CertPathValidatorException path) {
                return path.getReason();
            }
        }
        throw new AssertionError("nothing that an alert is made of");
    }

    @Test
    void tls12HasForwardSecrecyAndAuthenticatedEncryptionOnly() throws Exception {
        serve(false);
        assertThat(connect(null, "TLSv1.2", CHACHA)).isEqualTo(CHACHA);
        assertThat(connect(null, "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"))
                .isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
        assertThatThrownBy(() -> connect(null, "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"))
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining("handshake_failure");
    }

    @Test
    void configuredCiphersAreForTls12Alone() throws Exception {
        serve(false, "[ECDHE-ECDSA-CHACHA20-POLY1305|ECDHE-RSA-CHACHA20-POLY1305]");
        assertThat(connect(null, "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", CHACHA))
                .isEqualTo(CHACHA);
        assertThatThrownBy(() -> connect(null, "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"))
                .isInstanceOf(SSLHandshakeException.class);
        assertThat(connect(null, "TLSv1.3")).startsWith("TLS_AES_");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void theAlertOfARefusalIsNotAnInternalError(String version) throws Exception {
        serve(true);
        assertThat(connect(ROOT.workload(CLIENT), version)).isNotEmpty();
        assertThat(refusal(TestCa.root("another").workload(CLIENT), version)) // unknown_ca
                .isEqualTo(CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
        assertThat(refusal(ROOT.issue(new TestCa.Shape().dns("no.identity")), version)) // bad_certificate
                .isEqualTo(CertificateVerifier.X509_V_ERR_HOSTNAME_MISMATCH);
        TestCa.Shape expired = new TestCa.Shape()
                .uri(CLIENT)
                .with(shape -> shape.to = Instant.now().minusSeconds(60));
        assertThat(refusal(ROOT.issue(expired), version)).isEqualTo(BasicReason.EXPIRED); // certificate_expired
    }
}
