package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.net.ListenSocket.AcceptPolicy;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListenSocketTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final EventLoops loops = new EventLoops(2, "listen-test");
    private final BlockingQueue<Accepted> accepted = new LinkedBlockingQueue<>();
    private final List<Socket> clients = new ArrayList<>();

    private record Accepted(Loop loop, Channel channel, boolean onItsLoop) {}

    @AfterEach
    void stop() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        loops.close();
    }

    private ListenSocket listen(InetSocketAddress address, AcceptPolicy policy) throws IOException {
        ListenSocket socket = bind(address, policy);
        socket.resumeAccepting();
        return socket;
    }

    private ListenSocket bind(InetSocketAddress address, AcceptPolicy policy) throws IOException {
        return ListenSocket.bind(
                loops,
                address,
                new ListenSocket.Options(policy, 128),
                (loop, channel) -> accepted.add(
                        new Accepted(loop, channel, loop.netty().inEventLoop() && loops.of(channel) == loop)));
    }

    private Accepted connect(InetSocketAddress to) throws Exception {
        clients.add(new Socket(to.getAddress(), to.getPort()));
        Accepted one = accepted.poll(5, TimeUnit.SECONDS);
        assertThat(one).isNotNull();
        assertThat(one.onItsLoop()).isTrue();
        return one;
    }

    @Test
    void kernelSpreadsConnectionsOverTheLoops() throws Exception {
        try (ListenSocket socket = listen(ANY_PORT, AcceptPolicy.KERNEL)) {
            int[] perLoop = new int[2];
            for (int i = 0; i < 64; i++) {
                perLoop[connect(socket.localAddress()).loop().index()]++;
            }
            assertThat(perLoop[0]).isBetween(8, 56); // by hash: all on one side has a chance of 2^-63
        }
    }

    @Test
    void leastLoadedAlternates() throws Exception {
        try (ListenSocket socket = listen(ANY_PORT, AcceptPolicy.LEAST_LOADED)) {
            int[] perLoop = new int[2];
            for (int i = 0; i < 10; i++) {
                perLoop[connect(socket.localAddress()).loop().index()]++;
            }
            assertThat(perLoop).containsExactly(5, 5);
        }
    }

    @Test
    void whoComesBeforeItMayAcceptWaits() throws Exception {
        try (ListenSocket socket = bind(ANY_PORT, AcceptPolicy.KERNEL)) {
            clients.add(new Socket(
                    socket.localAddress().getAddress(), socket.localAddress().getPort()));
            assertThat(accepted.poll(200, TimeUnit.MILLISECONDS)).isNull();
            socket.resumeAccepting();
            assertThat(accepted.poll(5, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void pausedListenerLeavesConnectionsInTheQueue() throws Exception {
        try (ListenSocket socket = listen(ANY_PORT, AcceptPolicy.KERNEL)) {
            connect(socket.localAddress());
            socket.pauseAccepting();
            // Accepting is switched off on each loop's own thread: wait until both have done it.
            for (Loop loop : loops.all()) {
                loop.netty().submit(() -> {}).sync();
            }
            clients.add(new Socket(
                    socket.localAddress().getAddress(), socket.localAddress().getPort()));
            assertThat(accepted.poll(200, TimeUnit.MILLISECONDS)).isNull();
            socket.resumeAccepting();
            assertThat(accepted.poll(5, TimeUnit.SECONDS)).isNotNull();
        }
    }

    /** Broken variant: without the limit all five are accepted at once. */
    @Test
    void whoComesWhenTheLoopsAreFullWaitsUntilOneHasLeft() throws Exception {
        try (ListenSocket socket = listen(ANY_PORT, AcceptPolicy.LEAST_LOADED)) {
            loops.maxConnections(3);
            for (int i = 0; i < 5; i++) {
                clients.add(new Socket(
                        socket.localAddress().getAddress(),
                        socket.localAddress().getPort()));
            }
            for (int i = 0; i < 3; i++) {
                assertThat(accepted.poll(5, TimeUnit.SECONDS)).isNotNull();
            }
            assertThat(accepted.poll(300, TimeUnit.MILLISECONDS)).isNull();
            assertThat(loops.connections()).isEqualTo(3);
            accepted.clear();
            socket.pauseAccepting();
            for (Socket open : List.copyOf(clients).subList(0, 3)) {
                open.close();
            }
            // Room there is, but the owner's word holds.
            assertThat(accepted.poll(300, TimeUnit.MILLISECONDS)).isNull();
            socket.resumeAccepting();
            assertThat(accepted.poll(5, TimeUnit.SECONDS)).isNotNull();
            assertThat(accepted.poll(5, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void closingRefusesNewConnectionsAndKeepsOpenOnes() throws Exception {
        ListenSocket socket = listen(ANY_PORT, AcceptPolicy.KERNEL);
        InetSocketAddress address = socket.localAddress();
        Accepted open = connect(address);
        socket.close();
        assertThatThrownBy(() -> new Socket(address.getAddress(), address.getPort()))
                .isInstanceOf(IOException.class);
        assertThat(open.channel().isActive()).isTrue();
    }

    @Test
    void addressInUseIsReportedAndNothingStaysOpen() throws Exception {
        try (Socket ignored = new Socket();
                java.net.ServerSocket taken = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = (InetSocketAddress) taken.getLocalSocketAddress();
            assertThatThrownBy(() -> listen(address, AcceptPolicy.KERNEL))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(String.valueOf(address.getPort()));
        }
    }

    @Test
    void dualStackListenerTakesBothFamilies() throws Exception {
        try (ListenSocket socket = listen(new InetSocketAddress("::", 0), AcceptPolicy.KERNEL)) {
            int port = socket.localAddress().getPort();
            Accepted v4 = connect(new InetSocketAddress("127.0.0.1", port));
            assertThat(((InetSocketAddress) v4.channel().localAddress())
                            .getAddress()
                            .getHostAddress())
                    .isEqualTo("127.0.0.1");
            Accepted v6 = connect(new InetSocketAddress("::1", port));
            assertThat(originalDestination(v4)).isNull();
            assertThat(originalDestination(v6)).isNull();
        }
    }

    @Test
    void withoutIpv6InTheKernelTheDualStackWildcardIsThatOfIpv4(@TempDir Path proc) throws Exception {
        InetSocketAddress wildcard = new InetSocketAddress("::", 15006);
        assertThat(ListenSocket.usable(wildcard, proc.resolve("if_inet6")))
                .isEqualTo(new InetSocketAddress("0.0.0.0", 15006));
        InetSocketAddress one = new InetSocketAddress("::1", 15006);
        assertThat(ListenSocket.usable(one, proc.resolve("if_inet6")))
                .as("no other address stands in for one")
                .isEqualTo(one);
        assertThat(ListenSocket.usable(wildcard, Files.createFile(proc.resolve("if_inet6"))))
                .isEqualTo(wildcard);
    }

    private static @Nullable InetSocketAddress originalDestination(Accepted accepted) throws Exception {
        return accepted.loop()
                .netty()
                .submit(() -> OriginalDestination.SOCKET.of(accepted.channel()))
                .get();
    }
}
