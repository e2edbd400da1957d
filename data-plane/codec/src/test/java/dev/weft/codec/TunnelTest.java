package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.http.Ascii;
import dev.weft.http.Downstream;
import dev.weft.http.FilterChain;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpServer;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseFlag;
import dev.weft.http.ResponseHead;
import dev.weft.http.StreamEnd;
import dev.weft.http.TerminalFilter;
import dev.weft.net.TimerWheel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CONNECT and what follows its answer, in both codecs on both sides (RFC 9110 §9.3.6, RFC 9113 §8.5). */
class TunnelTest {
    private static final String CONNECT = "CONNECT shop:80 HTTP/1.1\r\nHost: shop:80\r\n\r\n";

    private final Tunnels tunnels = new Tunnels();
    private final List<Runnable> close = new ArrayList<>();

    @AfterEach
    void close() {
        tunnels.channel.finishAndReleaseAll();
        close.forEach(Runnable::run);
    }

    // Downstream, HTTP/1.1.

    @Test
    void bytesFollowTheHeadOfHttp1AsTheyAre() {
        tunnels.receive(CONNECT + "early");
        assertThat(tunnels.received.toString()).isEqualTo("shop:80|early");
        tunnels.answer(200);
        tunnels.say("hello", false);
        assertThat(tunnels.sent()).isEqualTo("HTTP/1.1 200 OK\r\n\r\nhello");
        tunnels.receive("GET / HTTP/1.1\r\n\r\n");
        assertThat(tunnels.received.toString()).isEqualTo("shop:80|earlyGET / HTTP/1.1\r\n\r\n");
    }

    @Test
    void whoEndsItsSideMayStillListen() {
        tunnels.receive(CONNECT);
        tunnels.answer(200);
        tunnels.receive("bye");
        tunnels.channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(tunnels.received.toString()).isEqualTo("shop:80|bye<end>");
        assertThat(tunnels.ends).isEmpty();
        tunnels.say("goodbye", true);
        assertThat(tunnels.sent()).endsWith("\r\n\r\ngoodbye");
        assertThat(tunnels.ends).containsExactly(StreamEnd.COMPLETE);
        assertThat(tunnels.channel.isOpen()).isFalse();
    }

    /** As TLS does, which has no half-close here; only who breaks off has not said all. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoEndsBothSidesAtOnceHasSaidAll(boolean broken) {
        tunnels.receive(CONNECT);
        tunnels.answer(200);
        tunnels.receive("bye");
        if (broken) {
            tunnels.channel.pipeline().fireExceptionCaught(new java.io.IOException("Connection reset by peer"));
        }
        tunnels.channel.close();
        assertThat(tunnels.received.toString()).isEqualTo(broken ? "shop:80|bye" : "shop:80|bye<end>");
        assertThat(tunnels.ends).containsExactly(StreamEnd.DOWNSTREAM_GONE);
    }

    @Test
    void theEndOfTheOtherSideIsTheEndOfTheTunnel() {
        tunnels.receive(CONNECT);
        tunnels.answer(200);
        tunnels.say("goodbye", true);
        assertThat(tunnels.sent()).endsWith("\r\n\r\ngoodbye");
        assertThat(tunnels.ends).containsExactly(StreamEnd.COMPLETE);
        assertThat(tunnels.channel.isOpen()).isFalse();
    }

    @Test
    void aTunnelThatIsDeclinedLeavesNothingBehindThatCouldBeARequest() {
        tunnels.receive(CONNECT + "GET /smuggled HTTP/1.1\r\n\r\n");
        tunnels.answer(405);
        tunnels.say("no", true);
        assertThat(tunnels.received.toString()).isEqualTo("shop:80|GET /smuggled HTTP/1.1\r\n\r\n");
        assertThat(tunnels.sent()).startsWith("HTTP/1.1 405 ").contains("Connection: close\r\n");
        assertThat(tunnels.channel.isOpen()).isFalse();
    }

    // Upstream, HTTP/1.1.

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 0\r\n", "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n", ""})
    void aYesOfHttp1HasNoBodyWhateverItSays(String framing) {
        Http1Client client = new Http1Client();
        close.add(client::close);
        client.ask("CONNECT", false);
        client.receive("HTTP/1.1 200 OK\r\n" + framing + "\r\n");
        client.receive("5\r\nhello");
        assertThat(client.body.toString()).isEqualTo("5\r\nhello");
        assertThat(client.seen.toString()).doesNotContain("Content-Length");
        assertThat(client.done).isFalse();
    }

    // Upstream, HTTP/2.

    @Test
    void http2IsAskedWithoutSchemeAndPath() {
        RequestHead head = new RequestHead(64);
        byte[] text = Ascii.bytes("CONNECTshop:80");
        int at = head.headers().reserve(text.length);
        System.arraycopy(text, 0, head.bytes(), at, text.length);
        head.headers().advance(text.length);
        head.method(at, at + 7);
        head.authority(at + 7, at + text.length);
        OutArray block = new OutArray(64);
        Http2HeadWriter.request(new HpackEncoder(HpackEncoder.MAX_TABLE, false), block, head, true, false, null);
        StringBuilder fields = new StringBuilder();
        new HpackDecoder(4096)
                .decode(block.bytes(), 0, block.length(), new HeaderBlock(64), 65536, 100, (b, ns, ne, vs, ve) -> {
                    fields.append(Ascii.text(b.bytes(), ns, ne))
                            .append('=')
                            .append(Ascii.text(b.bytes(), vs, ve))
                            .append(' ');
                    return true;
                });
        assertThat(fields.toString()).isEqualTo(":method=CONNECT :authority=shop:80 ");
    }

    /** Some servers say a length with their yes; it is the length of nothing. */
    @ParameterizedTest
    @CsvSource({"CONNECT, 0", "CONNECT, 7", "UPGRADE, 0", "UPGRADE, 7"})
    void aYesOfHttp2HasNoLengthWhateverItSays(String method, String length) {
        Http2Serverless server = new Http2Serverless(method, Http2Options.UPSTREAM);
        close.add(server.channel::finishAndReleaseAll);
        server.headers(false, ":status", "200", "content-length", length);
        server.data("hello", false);
        server.data(" world", true);
        assertThat(server.failure).isNull();
        assertThat(server.heads).containsExactly(method.equals("CONNECT") ? 200 : 101);
        assertThat(server.body.toString()).isEqualTo("hello world");
        assertThat(server.done).isTrue();
    }

    @Test
    void aNoOfHttp2HasTheLengthItSays() {
        Http2Serverless server = new Http2Serverless("CONNECT", Http2Options.UPSTREAM);
        close.add(server.channel::finishAndReleaseAll);
        server.headers(false, ":status", "405", "content-length", "2");
        server.data("hello", false);
        assertThat(server.failure).isEqualTo("PROTOCOL_ERROR http2.content_length_mismatch");
    }

    // Downstream, HTTP/2.

    @Test
    void aBreakBehindATunnelOfHttp2IsAConnectError() {
        Http2Peerless server = new Http2Peerless(Http2Options.APPLICATION);
        close.add(server.channel::finishAndReleaseAll);
        server.headers(1, false, Http2Peerless.raw(":method", "CONNECT", ":authority", "shop:80"));
        assertThat(server.requests).containsExactly("CONNECT  shop:80 HTTP/2");
        server.respond(server.streams.getFirst(), 200, 0, false);
        server.data(1, "hello", false);
        assertThat(server.bodies.toString()).isEqualTo("hello");
        server.streams.getFirst().flag(ResponseFlag.UPSTREAM_CONNECTION_TERMINATION);
        server.streams.getFirst().reset("broken");
        server.channel.runPendingTasks();
        assertThat(server.received()).containsExactly("HEADERS 1 :status=200", "RST_STREAM 1 CONNECT_ERROR");
    }

    /** A server connection of HTTP/1 that allows every tunnel and answers when its test says so. */
    private static final class Tunnels implements HttpServer, TerminalFilter {
        final StringBuilder received = new StringBuilder();
        final List<StreamEnd> ends = new ArrayList<>();
        final EmbeddedChannel channel = new EmbeddedChannel();
        private final CodecLoop loop = new CodecLoop(new TimerWheel(channel.eventLoop()));
        private @Nullable HttpStream stream;

        Tunnels() {
            channel.pipeline().addLast(new Http1ServerConnection(loop, this, Http1ServerOptions.DEFAULT));
        }

        void receive(String bytes) {
            channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1));
        }

        void answer(int status) {
            ResponseHead head = loop.takeResponse();
            head.status(status);
            stream.responseHead(head, false);
            stream.responseFlush();
            loop.giveBack(head);
        }

        void say(String bytes, boolean end) {
            stream.responseData(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1), end);
            stream.responseFlush();
        }

        String sent() {
            StringBuilder sent = new StringBuilder();
            for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
                sent.append(out.toString(StandardCharsets.ISO_8859_1));
                out.release();
            }
            return sent.toString();
        }

        @Override
        public HttpStream newStream(Downstream downstream, RequestHead head) {
            stream = new HttpStream(downstream, head, new FilterChain(List.of(), this, 0), null);
            stream.allowUpgrade();
            return stream;
        }

        @Override
        public void rejected(@Nullable RequestHead head, int status, String details) {
            throw new AssertionError(details);
        }

        @Override
        public boolean closeAfterResponse() {
            return false;
        }

        @Override
        public void closed() {}

        @Override
        public void requestHead(HttpStream of, RequestHead head, boolean end) {
            received.append(head.authorityText()).append('|');
        }

        @Override
        public void requestData(HttpStream of, ByteBuf data, boolean end) {
            received.append(data.toString(StandardCharsets.ISO_8859_1)).append(end ? "<end>" : "");
            data.release();
        }

        @Override
        public void requestTrailers(HttpStream of, HeaderBlock trailers) {
            throw new AssertionError("a tunnel has no trailers");
        }

        @Override
        public void requestFlush(HttpStream of) {}

        @Override
        public void downstreamWritable(HttpStream of, boolean writable) {}

        @Override
        public void streamEnd(HttpStream of, StreamEnd end) {
            ends.add(end);
        }
    }
}
