package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xdsmodel.TransportSocket.DownstreamTls;
import dev.weft.xdsmodel.TransportSocket.UpstreamTls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the records of one read, without a network: each call into TLS and each piece costs a loop time. */
class TlsRecordsTest {
    private static final int LARGEST_RECORD = 16 * 1024;
    private static final TestCa ROOT = TestCa.root("mesh root");
    private static final TestCa.Issued WORKLOAD = ROOT.workload("spiffe://cluster.local/ns/shop/sa/orders");

    private final TlsContexts contexts = new TlsContexts(TlsProvider.BORINGSSL);
    private final EmbeddedChannel client = new EmbeddedChannel();
    private final EmbeddedChannel server = new EmbeddedChannel();

    @BeforeEach
    void shakeHands() throws Exception {
        assertThat(contexts.secrets(TlsHandshakeTest.secrets(WORKLOAD, ROOT))).isEmpty();
        server.pipeline()
                .addLast(contexts.server(new DownstreamTls(TlsHandshakeTest.mesh(), true, false))
                        .newServerHandler(server));
        client.pipeline()
                .addLast(contexts.client(new UpstreamTls(TlsHandshakeTest.mesh(), "payments", false, false))
                        .newClientHandler(client, null, null));
        for (int turn = 0; turn < 10; turn++) {
            carry(client, server);
            carry(server, client);
        }
        assertThat(TlsConnection.of(client).identity()).isNotNull();
        assertThat(TlsConnection.of(server).identity()).isNotNull();
    }

    @AfterEach
    void end() {
        client.finishAndReleaseAll();
        server.finishAndReleaseAll();
        contexts.close();
    }

    private static void carry(EmbeddedChannel from, EmbeddedChannel to) {
        ByteBuf bytes = sent(from);
        if (bytes.isReadable()) {
            to.writeInbound(bytes);
        } else {
            bytes.release();
        }
    }

    private static ByteBuf sent(EmbeddedChannel from) {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf piece = from.readOutbound(); piece != null; piece = from.readOutbound()) {
            all.writeBytes(piece);
            piece.release();
        }
        return all;
    }

    /** The bytes of each piece that came out. */
    private static List<byte[]> received(EmbeddedChannel channel) {
        List<byte[]> pieces = new ArrayList<>();
        for (ByteBuf piece = channel.readInbound(); piece != null; piece = channel.readInbound()) {
            byte[] bytes = new byte[piece.readableBytes()];
            piece.readBytes(bytes).release();
            pieces.add(bytes);
        }
        return pieces;
    }

    @Test
    void allRecordsOfAReadAreOnePiece() {
        byte[] body = new byte[3 * LARGEST_RECORD + 100];
        new SplittableRandom(1).nextBytes(body);
        server.writeOutbound(Unpooled.copiedBuffer(body));
        carry(server, client);
        assertThat(received(client)).containsExactly(body);
    }

    @Test
    void recordsThatAreCutAnywhereComeWhole() {
        SplittableRandom random = new SplittableRandom(2);
        for (int round = 0; round < 50; round++) {
            byte[] body = new byte[1 + random.nextInt(5 * LARGEST_RECORD)];
            random.nextBytes(body);
            server.writeOutbound(Unpooled.copiedBuffer(body));
            ByteBuf records = sent(server);
            while (records.isReadable()) {
                int n = 1 + random.nextInt(records.readableBytes());
                client.writeInbound(Unpooled.copiedBuffer(records.readSlice(n)));
            }
            records.release();
            ByteBuf whole = Unpooled.buffer();
            received(client).forEach(whole::writeBytes);
            assertThat(whole).isEqualTo(Unpooled.wrappedBuffer(body));
        }
    }
}
