package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What happens when the kernel refuses to accept: mostly because no file descriptor is left (EMFILE). */
class AcceptHandlerTest {
    @Test
    void aFailedAcceptPausesForASecond() {
        EmbeddedChannel socket = new EmbeddedChannel(new AcceptHandler(
                () -> {
                    throw new AssertionError("nothing was accepted");
                },
                (loop, channel) -> {}));
        socket.freezeTime();
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
}
