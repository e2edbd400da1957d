package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

/** A connection with much to say is left for the others of its loop after {@value Http1RequestReader#REQUESTS_PER_TURN}. */
class FairTurnsTest {
    private static final int MANY = 100;

    @Test
    void pipelinedRequestsTakeTurns() {
        Http1Server server = new Http1Server();
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < MANY; i++) {
            all.append("GET /").append(i).append(" HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        server.receiveOnly(all.toString());
        assertThat(server.complete).isEqualTo(Http1RequestReader.REQUESTS_PER_TURN);
        assertThat(server.isIdle()).as("there is more at hand").isFalse();
        server.receiveOnly("GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(server.complete).as("behind what came before").isEqualTo(Http1RequestReader.REQUESTS_PER_TURN);
        int turns = 0;
        for (int before = -1; server.complete > before && server.isOpen(); turns++) {
            before = server.complete;
            server.runTasks();
        }
        assertThat(server.complete).isEqualTo(MANY + 1);
        assertThat(server.seen
                        .toString()
                        .lines()
                        .filter(line -> line.startsWith("GET "))
                        .map(line -> line.split(" ", 3)[1]))
                .startsWith("/0", "/1", "/2")
                .endsWith("/98", "/99", "/last");
        assertThat(turns).isPositive();
        server.close();
    }

    @Test
    void newStreamsTakeTurns() {
        Http2Peerless server = new Http2Peerless(Http2Options.APPLICATION);
        ByteBuf all = Unpooled.buffer();
        for (int i = 0; i < MANY; i++) {
            byte[] block = server.block(":method", "GET", ":scheme", "http", ":path", "/" + i, ":authority", "shop");
            all.writeBytes(Http2Peerless.frame(
                    Http2Frame.HEADERS, Http2Frame.END_HEADERS | Http2Frame.END_STREAM, 2 * i + 1, block));
        }
        ByteBuf first = all.readRetainedSlice(all.readableBytes() / 2);
        server.channel.pipeline().fireChannelRead(first);
        assertThat(server.requests).hasSize(16);
        // What one read loop still brings; that nothing of it is lost is watched, too (leak detection).
        server.channel.pipeline().fireChannelRead(all.readRetainedSlice(all.readableBytes() / 2));
        server.channel.pipeline().fireChannelRead(all);
        assertThat(server.requests).hasSize(16);
        for (int before = -1; server.requests.size() > before; ) {
            before = server.requests.size();
            server.channel.runPendingTasks();
        }
        assertThat(server.requests).hasSize(MANY);
        server.channel.finishAndReleaseAll();
    }
}
