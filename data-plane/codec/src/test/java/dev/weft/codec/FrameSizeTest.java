package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Frames of 16 KiB at most with anybody, of 64 KiB between two proxies of ours. */
class FrameSizeTest {
    private static final int SMALL = 16 * 1024;
    private static final int LARGE = 64 * 1024;
    private static final Http2Options MUX = Http2Options.MESH.multiplexing(Mux.HTTP2);

    /** A server whose client takes frames of any size and much of a body. */
    private static Http2Peerless server(Http2Options options) {
        Http2Peerless server = new Http2Peerless(options);
        byte[] settings = {
            0,
            Http2Peer.MAX_FRAME_SIZE,
            0,
            (byte) 0xff,
            (byte) 0xff,
            (byte) 0xff, //
            0,
            Http2Peer.INITIAL_WINDOW_SIZE,
            0,
            16,
            0,
            0
        };
        server.send(Http2Peerless.frame(Http2Frame.SETTINGS, 0, 0, settings));
        server.send(Http2Peerless.frame(Http2Frame.WINDOW_UPDATE, 0, 0, Http2Peerless.int32(1 << 20)));
        server.received();
        return server;
    }

    private static List<String> answered(Http2Peerless server, int bytes) {
        server.answers = false;
        server.get(1);
        server.respond(server.streams.get(0), 200, bytes);
        return server.received().stream().filter(f -> f.startsWith("DATA")).toList();
    }

    @Test
    void aBodyIsCutSmallForAnybody() {
        assertThat(answered(server(Http2Options.APPLICATION), SMALL + 1))
                .containsExactly("DATA 1 " + SMALL, "DATA 1 1 end");
    }

    @Test
    void aProxyOfOursGetsItInOnePiece() {
        assertThat(answered(server(MUX), LARGE + 1)).containsExactly("DATA 1 " + LARGE, "DATA 1 1 end");
    }

    /** One that has not said how much it takes gets no more than everybody must take (RFC 9113 §6.5.2). */
    @Test
    void aProxyThatHasNotSaidSoGetsSmallOnes() {
        assertThat(answered(new Http2Peerless(MUX), SMALL + 1)).containsExactly("DATA 1 " + SMALL, "DATA 1 1 end");
    }

    @Test
    void whatIsAnnouncedIsTakenAndNoByteMore() {
        for (Http2Options options : List.of(Http2Options.APPLICATION, MUX)) {
            int most = options == MUX ? LARGE : SMALL;
            assertThat(announced(options)).isEqualTo(most);

            Http2Peerless server = new Http2Peerless(options);
            server.post(1);
            server.data(1, "x".repeat(most), true);
            assertThat(server.bodies).hasSize(most);
            server.post(3);
            server.data(3, "x".repeat(most + 1), true);
            assertThat(server.received()).contains("GOAWAY 3 FRAME_SIZE_ERROR");
            assertThat(server.violations).containsExactly("http2.frame_too_large");
        }
    }

    /** What a server's first frame says. */
    private static int announced(Http2Options options) {
        UnreadChannel server = new UnreadChannel();
        Http2Peerless owner = new Http2Peerless(options);
        server.pipeline().addLast(new Http2ServerConnection(owner.loop, owner, options).handler());
        Http2Peer heard = new Http2Peer(1 << 20);
        ByteBuf first = server.readOutbound();
        byte[] payload = new byte[first.readMedium()];
        first.skipBytes(Http2Frame.HEADER_LENGTH - 3).readBytes(payload).release();
        assertThat(heard.read(payload, 0, payload.length, true)).isNull();
        return heard.maxFrameSize();
    }
}
