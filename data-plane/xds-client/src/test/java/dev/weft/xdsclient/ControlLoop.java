package dev.weft.xdsclient;

import dev.weft.base.Address;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** The one thread a client under test runs on. */
final class ControlLoop implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    final EventLoop loop = (EventLoop) group.next();
    final ControlThread thread = new ControlThread(loop, NioSocketChannel::new);

    GrpcTarget target(int port) {
        return target(port, Duration.ofSeconds(7));
    }

    GrpcTarget target(int port, Duration keepalive) {
        return new GrpcTarget(new Address("127.0.0.1", port), "control", null, thread, keepalive);
    }

    /** Runs on the loop and waits. */
    <T> T on(Callable<T> action) {
        return loop.submit(action).awaitUninterruptibly().getNow();
    }

    void run(Runnable action) {
        loop.submit(action).syncUninterruptibly();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
