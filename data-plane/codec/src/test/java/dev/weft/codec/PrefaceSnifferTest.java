package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who begins like HTTP/2 and then says nothing more. */
class PrefaceSnifferTest {
    @Test
    void halfAPrefaceIsHttp1sToAnswerAfterAWhile() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        PrefaceSniffer sniffer = new PrefaceSniffer(
                () -> {
                    throw new AssertionError("no HTTP/2");
                },
                Duration.ofSeconds(10));
        channel.pipeline().addLast(sniffer);
        channel.writeInbound(Unpooled.copiedBuffer("PRI * ", StandardCharsets.ISO_8859_1));
        channel.advanceTimeBy(9, TimeUnit.SECONDS);
        channel.writeInbound(Unpooled.copiedBuffer("HTTP/2", StandardCharsets.ISO_8859_1));
        channel.runPendingTasks();
        assertThat((Object) channel.readInbound()).isNull();
        channel.advanceTimeBy(2, TimeUnit.SECONDS);
        channel.runPendingTasks();
        ByteBuf bytes = channel.readInbound();
        assertThat(bytes.toString(StandardCharsets.ISO_8859_1)).isEqualTo("PRI * HTTP/2");
        bytes.release();
        assertThat(channel.pipeline().get(PrefaceSniffer.class)).isNull();
        channel.finishAndReleaseAll();
    }
}
