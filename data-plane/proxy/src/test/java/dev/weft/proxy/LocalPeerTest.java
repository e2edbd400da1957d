package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Address;
import dev.weft.base.Log;
import dev.weft.net.EventLoops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LocalPeerTest {
    private static int ownUid() throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }

    private static int uid(Socket accepted) {
        return LocalPeer.uid((InetSocketAddress) accepted.getRemoteSocketAddress(), (InetSocketAddress)
                accepted.getLocalSocketAddress());
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.77.1.9", "::1"})
    void anOpenSocketIsItsUsers(String address) throws Exception {
        InetAddress bound = InetAddress.getByName(address);
        try (ServerSocket server = new ServerSocket(0, 1, bound);
                Socket client = new Socket(bound, server.getLocalPort());
                Socket accepted = server.accept()) {
            assertThat(client.isConnected()).isTrue();
            assertThat(uid(accepted)).isEqualTo(ownUid());
        }
    }

    @Test
    void anIpv4SocketOfTheOneFamilyIsFoundToo() throws Exception {
        InetAddress bound = InetAddress.getByName("127.0.0.1");
        try (ServerSocket server = new ServerSocket(0, 1, bound);
                SocketChannel client = SocketChannel.open(java.net.StandardProtocolFamily.INET)) {
            client.connect(server.getLocalSocketAddress());
            try (Socket accepted = server.accept()) {
                assertThat(uid(accepted)).isEqualTo(ownUid());
            }
        }
    }

    /** The kernel shows it as root's. */
    @Test
    void aClosedSocketIsNobodys() throws Exception {
        InetAddress bound = InetAddress.getLoopbackAddress();
        try (ServerSocket server = new ServerSocket(0, 1, bound)) {
            new Socket(bound, server.getLocalPort()).close();
            try (Socket accepted = server.accept()) {
                assertThat(accepted.getInputStream().read()).isEqualTo(-1);
                assertThat(uid(accepted)).isEqualTo(LocalPeer.UNKNOWN);
            }
        }
    }

    @Test
    void onlyRootAndTheSameUserChangeUs() throws Exception {
        assertThat(LocalPeer.mayChangeUs(0)).isTrue();
        assertThat(LocalPeer.mayChangeUs(ownUid())).isTrue();
        assertThat(LocalPeer.mayChangeUs(65_534)).isEqualTo(ownUid() == 65_534);
        assertThat(LocalPeer.mayChangeUs(LocalPeer.UNKNOWN)).isFalse();
    }

    @Test
    void aPostOfAnotherUserIsRefusedAndItsGetIsNot() throws Exception {
        assertThat(statuses(uid -> false)).isEqualTo("403 200, 0 changes");
        assertThat(statuses(LocalPeer::mayChangeUs)).isEqualTo("200 200, 1 changes");
    }

    private static String statuses(IntPredicate posters) throws Exception {
        AtomicInteger changes = new AtomicInteger();
        try (EventLoops loops = new EventLoops(1, "admin-test");
                AdminServer server = new AdminServer(
                        loops.loop(0).netty(),
                        new Address("127.77.1.9", 0),
                        new AdminServer.Door.Plain(true, posters),
                        request -> AdminResponse.text(request.isPost() ? changes.incrementAndGet() + "" : "read"),
                        Log.to(System.err, Log.Level.ERROR, "test"));
                HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.77.1.9:" + server.port() + "/quitquitquit");
            HttpRequest post = HttpRequest.newBuilder(uri)
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build();
            int posted =
                    client.send(post, HttpResponse.BodyHandlers.discarding()).statusCode();
            int got = client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            return posted + " " + got + ", " + changes + " changes";
        }
    }
}
