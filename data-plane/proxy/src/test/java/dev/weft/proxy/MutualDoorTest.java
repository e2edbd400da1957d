package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.Address;
import dev.weft.base.Log;
import dev.weft.base.SpiffeId;
import dev.weft.identity.HostCredential;
import dev.weft.identity.IssuedIdentity;
import dev.weft.net.EventLoops;
import dev.weft.net.TlsContexts;
import dev.weft.xdsmodel.Secret;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Port 15020: only the control plane is served, and only over mTLS. */
@Timeout(60)
class MutualDoorTest {
    private static final SpiffeId CONTROL_PLANE = SpiffeId.parse("spiffe://warm.up/ns/weft-system/sa/control-plane");
    private static final SpiffeId OTHER = SpiffeId.parse("spiffe://warm.up/ns/shop/sa/web");

    private final EventLoops loops = new EventLoops(1, "admin-test");
    private final TlsContexts contexts = new TlsContexts();
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
        contexts.close();
        loops.close();
    }

    private AdminServer server(SpiffeId allowed, boolean openMetrics) throws Exception {
        return new AdminServer(
                loops.loop(0).netty(),
                new Address("127.0.0.1", 0),
                new AdminServer.Door.Mutual(
                        contexts.server(MeshIdentity.serverSide("http/1.1")),
                        allowed,
                        openMetrics ? request -> AdminResponse.text("metrics only\n") : null),
                request -> AdminResponse.text("for " + request.peer() + "\n"),
                Log.to(new PrintStream(PrintStream.nullOutputStream()), Log.Level.ERROR, "test"));
    }

    @Test
    void controlPlaneIsServedAgainAndAgain() throws Exception {
        AdminServer server = server(CONTROL_PLANE, false);
        SSLContext client = client(true); // one context: later connections resume the session
        for (int i = 0; i < 20; i++) {
            assertThat(get(client.getSocketFactory().createSocket("127.0.0.1", server.port())))
                    .contains("200 OK", "for " + CONTROL_PLANE);
        }
    }

    @Test
    void anyOtherIdentityIsRefused() throws Exception {
        AdminServer server = server(OTHER, false);
        assertThat(get(client(true).getSocketFactory().createSocket("127.0.0.1", server.port())))
                .contains("403 Forbidden");
    }

    @Test
    void withoutCertificateThereIsNoConnection() throws Exception {
        AdminServer server = server(CONTROL_PLANE, true);
        assertThatThrownBy(() -> {
                    String answer = get(client(false).getSocketFactory().createSocket("127.0.0.1", server.port()));
                    throw new IOException("closed with '" + answer + "'");
                })
                .isInstanceOf(IOException.class)
                .hasMessageNotContaining("200");
    }

    @Test
    void plaintextGetsWhatIsOpenToItOrNothing() throws Exception {
        assertThat(get(new Socket("127.0.0.1", server(CONTROL_PLANE, true).port())))
                .contains("metrics only");
        assertThat(get(new Socket("127.0.0.1", server(CONTROL_PLANE, false).port())))
                .isEmpty();
    }

    private static String get(Socket socket) throws IOException {
        try (socket) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write("GET /ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            StringBuilder answer = new StringBuilder();
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answer.append(line).append('\n');
            }
            return answer.toString();
        }
    }

    private SSLContext client(boolean withCertificate) throws Exception {
        KeyManager[] keys = null;
        if (withCertificate) {
            KeyStore store = KeyStore.getInstance("JKS"); // in memory: PKCS12 derives keys with 10 000 rounds
            store.load(null, null);
            store.setKeyEntry(
                    "me", credential.key(), new char[0], credential.chain().toArray(Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
            factory.init(store, new char[0]);
            keys = factory.getKeyManagers();
        }
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(keys, new TrustManager[] {new TrustAll()}, null);
        return context;
    }

    /** The server is our own. */
    private static final class TrustAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
