package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens when the kernel refuses to accept: mostly because no file descriptor is left (EMFILE). */
class AcceptHandlerTest {
    private final EventLoops loops = new EventLoops(1, "accept-test");

    @AfterEach
    void stop() {
        loops.close();
    }

    @Test
    void aFailedAcceptPausesForASecond() {
        AcceptHandler handler = new AcceptHandler(
                loops,
                () -> {
                    throw new AssertionError("nothing was accepted");
                },
                (loop, channel) -> {});
        EmbeddedChannel socket = new EmbeddedChannel(handler);
        socket.freezeTime();
        handler.pause(socket, false);
        socket.pipeline().fireExceptionCaught(new IOException("accept(..) failed: Too many open files"));
        socket.pipeline().fireExceptionCaught(new IOException("accept(..) failed: Too many open files"));
        assertThat(socket.config().isAutoRead()).isFalse();
        socket.advanceTimeBy(900, TimeUnit.MILLISECONDS);
        socket.runScheduledPendingTasks();
        assertThat(socket.config().isAutoRead()).isFalse();
        socket.advanceTimeBy(200, TimeUnit.MILLISECONDS);
        socket.runScheduledPendingTasks();
        assertThat(socket.config().isAutoRead()).isTrue();
        assertThat(socket.isOpen()).isTrue();
        socket.finishAndReleaseAll();
    }

    @Test
    void afterAFailedAcceptTheOwnersPauseHoldsOn() {
        AcceptHandler handler = new AcceptHandler(loops, () -> loops.loop(0), (loop, channel) -> {});
        EmbeddedChannel socket = new EmbeddedChannel(handler);
        socket.freezeTime();
        handler.pause(socket, false);
        socket.pipeline().fireExceptionCaught(new IOException("accept(..) failed: Too many open files"));
        handler.pause(socket, true);
        socket.advanceTimeBy(1100, TimeUnit.MILLISECONDS);
        socket.runScheduledPendingTasks();
        assertThat(socket.config().isAutoRead()).isFalse();
        handler.pause(socket, false);
        assertThat(socket.config().isAutoRead()).isTrue();
        socket.finishAndReleaseAll();
    }
}
