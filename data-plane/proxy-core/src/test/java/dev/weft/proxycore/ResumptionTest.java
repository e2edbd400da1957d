package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client may take up a TLS session again; who it is and whether it may come in is decided anew (requirement R14). */
@Timeout(30)
class ResumptionTest {
    private record Answer(String text, long sessionBegan) {}

    /** One request on a connection of its own. The session's ticket comes behind the handshake: with the answer at last. */
    private static Answer call(SSLContext context, int port) throws IOException {
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"istio-http/1.1"});
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(5_000);
            try {
                String request = "GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                String text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                return new Answer(text, socket.getSession().getCreationTime());
            } catch (IOException refused) {
                return new Answer("", 0);
            }
        }
    }

    private static void nextMillisecond() {
        long now = System.currentTimeMillis();
        while (System.currentTimeMillis() == now) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aResumedSessionIsItsCallersAgain() throws Exception {
        try (Backend backend = Backend.answering("orders");
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port())) {
            SSLContext context = MeshSides.CA.client(MeshSides.CLIENT);
            Answer first = call(context, inbound.proxy.port("http"));
            nextMillisecond();
            Answer second = call(context, inbound.proxy.port("http"));
            assertThat(second.text()).endsWith("orders");
            assertThat(second.sessionBegan()).as("it was resumed").isEqualTo(first.sessionBegan());
            assertThat(inbound.proxy.metrics())
                    .containsPattern("istio_requests_total\\{reporter=\"destination\".*source_principal=\""
                            + MeshSides.CLIENT + "\".*} 2");
        }
    }

    @Test
    void aSessionDoesNotOutliveTrustInItsRoot() throws Exception {
        try (Backend backend = Backend.answering("orders");
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port())) {
            SSLContext context = MeshSides.CA.client(MeshSides.CLIENT);
            assertThat(call(context, inbound.proxy.port("http")).text()).endsWith("orders");
            inbound.proxy.secrets.put(
                    "ROOTCA", new MeshCa().secrets(MeshSides.SERVER).get("ROOTCA"));
            inbound.proxy.apply();
            assertThat(call(context, inbound.proxy.port("http")).text()).isEmpty();
            assertThat(backend.requests).hasSize(1);
        }
    }
}
