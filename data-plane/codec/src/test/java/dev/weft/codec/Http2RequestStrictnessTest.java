package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a client must not do with the streams of HTTP/2. Malformed heads and bodies: {@link Http2ServerTest}. */
class Http2RequestStrictnessTest {
    private final Http2Peerless server = new Http2Peerless(Http2Options.APPLICATION);

    @AfterEach
    void close() {
        server.channel.finishAndReleaseAll();
    }

    private void assertRefused(String frame, int requests) {
        List<String> received = server.received();
        assertThat(received).contains(frame);
        assertThat(server.requests).hasSize(requests);
    }

    @Test
    void headersOnAHalfClosedStream() {
        server.answers = false;
        server.get(1);
        server.get(1);
        assertRefused("GOAWAY 1 STREAM_CLOSED", 1);
    }

    @Test
    void headersOnAClosedStream() {
        server.get(1);
        server.received();
        server.get(1);
        assertRefused("GOAWAY 1 STREAM_CLOSED", 1);
    }

    @Test
    void aLowerStream() {
        server.get(5);
        server.received();
        server.get(3);
        assertRefused("GOAWAY 5 STREAM_CLOSED", 1);
        assertThat(server.channel.isOpen()).isFalse();
    }

    @Test
    void anEvenStream() {
        server.get(2);
        assertRefused("GOAWAY 0 PROTOCOL_ERROR", 0);
    }

    @Test
    void dataOnAnIdleStream() {
        server.data(1, "x", true);
        assertRefused("GOAWAY 0 PROTOCOL_ERROR", 0);
    }

    @Test
    void dataOnAHalfClosedStream() {
        server.answers = false;
        server.get(1);
        server.data(1, "x", true);
        assertRefused("RST_STREAM 1 STREAM_CLOSED", 1);
    }

    @Test
    void headersBetweenHeadersAndContinuation() {
        server.send(Http2Peerless.frame(Http2Frame.HEADERS, 0, 1, new byte[0]));
        server.get(3);
        assertRefused("GOAWAY 0 PROTOCOL_ERROR", 0);
    }

    @Test
    void aSecondHeadInsteadOfTrailers() {
        server.post(1);
        server.post(1);
        assertRefused("RST_STREAM 1 PROTOCOL_ERROR", 1);
    }

    @Test
    void anotherPreface() {
        EmbeddedChannel channel = new EmbeddedChannel();
        CodecLoop loop = new CodecLoop(new dev.weft.net.TimerWheel(channel.eventLoop()));
        channel.pipeline().addLast(new Http2ServerConnection(loop, server, Http2Options.APPLICATION).handler());
        channel.writeInbound(Unpooled.wrappedBuffer(dev.weft.http.Ascii.bytes("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")));
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        assertThat(server.violations).isNotEmpty();
        channel.finishAndReleaseAll();
    }
}
