package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One direction of a connection has ended; the other works as before, also beyond what its buffers hold. */
@Timeout(30)
class HalfCloseTest {
    private static final int SIZE = 32 << 20; // fits into no buffer

    private final EventLoops loops = new EventLoops(1, "half-close-test");
    private final CountDownLatch peerEnded = new CountDownLatch(1);
    private final CompletableFuture<Throwable> broken = new CompletableFuture<>();
    private ServerSocket server;
    private Channel channel;
    private Socket peer;

    @BeforeEach
    void connect() throws Exception {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        channel = new Bootstrap()
                .group(loops.loop(0).netty())
                .channelFactory(loops.loop(0)::newSocket)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void userEventTriggered(ChannelHandlerContext context, Object event) {
                        if (event instanceof ChannelInputShutdownEvent) {
                            peerEnded.countDown();
                        }
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                        broken.complete(cause);
                    }
                })
                .connect(server.getLocalSocketAddress())
                .sync()
                .channel();
        peer = server.accept();
        peer.setSoTimeout(10_000);
    }

    @AfterEach
    void close() throws Exception {
        peer.close();
        server.close();
        loops.close();
    }

    private void onLoop(Runnable task) throws Exception {
        channel.eventLoop().submit(task).get(10, TimeUnit.SECONDS);
    }

    @Test
    void whoHasEndedItsSideIsStillTalkedTo() throws Exception {
        peer.shutdownOutput();
        assertThat(peerEnded.await(10, TimeUnit.SECONDS)).isTrue();
        onLoop(() -> {}); // what Netty does after it has told us
        onLoop(() -> {
            channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[SIZE]));
            HalfClose.output(channel);
        });
        assertThat(peer.getInputStream().readAllBytes().length).isEqualTo(SIZE);
        assertThat(broken).isNotDone();
    }

    @Test
    void theEndComesBehindWhatWasWrittenHoweverLateItIsRead() throws Exception {
        onLoop(() -> {
            channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[SIZE]));
            HalfClose.output(channel);
        });
        InputStream in = peer.getInputStream();
        assertThat(in.readAllBytes().length).isEqualTo(SIZE);
        peer.getOutputStream().write(new byte[5]); // the other direction is open
        peer.shutdownOutput();
        assertThat(peerEnded.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(broken).isNotDone();
    }

    /** Its socket is in an error nobody asks for: that must not keep the loop busy. */
    @Test
    void whoBreaksTheConnectionAfterItsEndCostsNothing() throws Exception {
        peer.shutdownOutput();
        assertThat(peerEnded.await(10, TimeUnit.SECONDS)).isTrue();
        onLoop(() -> {});
        peer.setSoLinger(true, 0);
        peer.close();
        long before = cpuOfLoop();
        TimeUnit.MILLISECONDS.sleep(500); // what is tested is that nothing happens
        assertThat(cpuOfLoop() - before).isLessThan(TimeUnit.MILLISECONDS.toNanos(200));
    }

    private long cpuOfLoop() throws Exception {
        return channel.eventLoop()
                .submit(() -> ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime())
                .get(10, TimeUnit.SECONDS);
    }
}
