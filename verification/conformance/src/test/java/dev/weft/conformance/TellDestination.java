package dev.weft.conformance;

import dev.weft.net.EventLoops;
import dev.weft.net.ListenSocket;
import dev.weft.net.OriginalDestination;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

/** Listens on a port of all addresses and tells each client where it had wanted to go, or {@code none}. */
final class TellDestination {
    private TellDestination() {}

    public static void main(String[] arguments) throws Exception {
        EventLoops loops = new EventLoops(1, "tell");
        ListenSocket socket = ListenSocket.bind(
                loops,
                new InetSocketAddress("::", Integer.parseInt(arguments[0])),
                ListenSocket.Options.DEFAULT,
                (loop, channel) -> channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext ctx) {
                        InetSocketAddress wanted = OriginalDestination.SOCKET.of(ctx.channel());
                        String text =
                                wanted == null ? "none" : wanted.getAddress().getHostAddress() + " " + wanted.getPort();
                        ctx.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII))
                                .addListener(ChannelFutureListener.CLOSE);
                    }
                }));
        socket.resumeAccepting();
        System.out.println("listening on " + socket.localAddress());
        new CountDownLatch(1).await(); // until it is killed
    }
}
