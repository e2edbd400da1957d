package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.http.HttpStream;
import io.netty.buffer.Unpooled;

/** Any frames, and bytes that are none: nothing is thrown, all that is sent is frames, every exchange has an end. */
class Http2FramesFuzzTest {
    @FuzzTest
    void aServerTakesAnyFrames(byte[] input) {
        Http2Peerless server = new Http2Peerless(Http2Options.APPLICATION);
        server.send(Unpooled.wrappedBuffer(input));
        assertThat(server.received()).noneMatch(frame -> frame.startsWith("type "));
        assertThat(server.connection.isIdle() || server.channel.isOpen())
                .as("streams of a closed connection")
                .isTrue();
        server.channel.finishAndReleaseAll();
        assertThat(server.streams).allMatch(HttpStream::isOver);
        assertThat(server.closed).isTrue();
    }

    @FuzzTest
    void aClientTakesAnyFrames(byte[] input) {
        Http2Serverless client = new Http2Serverless("GET");
        client.send(Unpooled.wrappedBuffer(input));
        assertThat(client.heads).hasSizeLessThanOrEqualTo(1);
        assertThat(client.interim).isLessThanOrEqualTo(10);
        client.channel.finishAndReleaseAll();
        assertThat(client.closed).isTrue();
        assertThat(client.done != (client.failure != null)).as("done or failed").isTrue();
    }
}
