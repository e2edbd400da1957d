package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.http.Upstream;
import dev.weft.http.UpstreamListener;
import dev.weft.net.TimerWheel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client connection without a socket; its server is played frame by frame, and its clock stands still. */
class Http2ClientTest implements Http2ClientConnection.Owner, UpstreamListener {
    private static final byte[] X_FORWARDED_PROTO = Ascii.bytes("x-forwarded-proto");

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Http2Sent sent = new Http2Sent();
    private final List<String> heard = new ArrayList<>();
    private boolean closed;
    private Http2ClientConnection client;

    @BeforeEach
    void connect() {
        channel.freezeTime();
        Http2Options options = Http2Options.UPSTREAM.withPings(Duration.ofSeconds(7), Duration.ofSeconds(5));
        client = new Http2ClientConnection(new CodecLoop(new TimerWheel(channel.eventLoop())), options, this);
        channel.pipeline().addLast(client.handler());
        serve(Http2Frame.SETTINGS, 0, 0, new byte[0]);
        sent();
    }

    @AfterEach
    void release() {
        channel.finishAndReleaseAll();
    }

    private void serve(int type, int flags, int stream, byte[] payload) {
        channel.writeInbound(Http2Peerless.frame(type, flags, stream, payload));
        channel.runPendingTasks();
    }

    private List<String> sent() {
        return sent.take(channel);
    }

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runPendingTasks();
    }

    private static RequestHead head() {
        RequestHead head = new RequestHead(64);
        byte[] line = Ascii.bytes("POST/xshop");
        HeaderBlock headers = head.headers();
        int at = headers.reserve(line.length);
        System.arraycopy(line, 0, headers.bytes(), at, line.length);
        headers.advance(line.length);
        head.method(at, at + 4);
        head.target(at + 4, at + 6);
        head.authority(at + 6, at + 10);
        return head;
    }

    private Upstream start() {
        return client.start(this, head(), false, false);
    }

    // Silence.

    @Test
    void aPeerThatSaysNothingIsAskedAndThenGivenUp() {
        start();
        sent();
        pass(6_900);
        assertThat(sent()).isEmpty();
        pass(200);
        assertThat(sent()).containsExactly("PING");
        pass(4_800);
        assertThat(channel.isOpen()).isTrue();
        pass(300);
        assertThat(heard).containsExactly("failed CONNECTION_LOST http2.ping_timeout");
        assertThat(closed).isTrue();
        assertThat(client.why()).isEqualTo("http2.ping_timeout");
    }

    @Test
    void aPeerThatAnswersIsAskedAgainLater() {
        for (int i = 0; i < 5; i++) {
            pass(7_100);
            assertThat(sent()).containsExactly("PING");
            pass(4_800);
            serve(Http2Frame.PING, Http2Frame.ACK, 0, new byte[8]);
        }
        assertThat(channel.isOpen()).isTrue();
        assertThat(sent()).isEmpty();
    }

    @Test
    void aPeerThatSpeaksIsNotAsked() {
        for (int i = 0; i < 5; i++) {
            pass(6_500);
            serve(Http2Frame.PING, 0, 0, new byte[8]);
        }
        assertThat(sent()).containsOnly("PING ack").hasSize(5);
    }

    @Test
    void whateverComesAnswersThePing() {
        pass(7_100);
        assertThat(sent()).containsExactly("PING");
        serve(Http2Frame.WINDOW_UPDATE, 0, 0, Http2Peerless.int32(1));
        pass(6_500);
        assertThat(channel.isOpen()).isTrue();
        assertThat(sent()).isEmpty();
    }

    // Goodbyes.

    @Test
    void aGoodbyeIsKeptForPeople() {
        start();
        ByteBuf goodbye = Unpooled.buffer().writeInt(1).writeInt(Http2Code.ENHANCE_YOUR_CALM.ordinal());
        goodbye.writeBytes(Ascii.bytes("too_many_pings\n"));
        byte[] payload = new byte[goodbye.readableBytes()];
        goodbye.readBytes(payload);
        serve(Http2Frame.GOAWAY, 0, 0, payload);
        assertThat(client.room()).isZero();
        assertThat(client.why()).isEqualTo("GOAWAY ENHANCE_YOUR_CALM (too_many_pings?)");
        assertThat(channel.isOpen()).as("stream 1 is served").isTrue();
    }

    /** RFC 9113 §7: whatever the reason, the endpoint has given up one exchange; its connection is still there. */
    @ParameterizedTest
    @CsvSource({
        "NO_ERROR, REMOTE_RESET, remote_reset",
        "INTERNAL_ERROR, REMOTE_RESET, remote_reset",
        "CANCEL, REMOTE_RESET, remote_reset",
        "REFUSED_STREAM, REFUSED, remote_refused_stream_reset"
    })
    void aResetIsNoLostConnection(Http2Code code, Failure failure, String details) {
        start();
        serve(Http2Frame.RST_STREAM, 0, 1, Http2Peerless.int32(code.ordinal()));
        assertThat(heard).containsExactly("failed " + failure + " " + details);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void closingTellsTheStreamsWhy() {
        start();
        client.close("not needed");
        assertThat(heard).containsExactly("failed CONNECTION_LOST not needed");
        assertThat(closed).isTrue();
        assertThat(client.room()).isZero();
    }

    // Requests.

    @Test
    void anEndWithoutBytesNeedsNoWindow() {
        Upstream stream = start();
        stream.writeData(Unpooled.wrappedBuffer(new byte[100]), false);
        stream.flush();
        // Of 65 535 bytes 100 are used; now there are but 50.
        byte[] window = {0, Http2Peer.INITIAL_WINDOW_SIZE, 0, 0, 0, 50};
        serve(Http2Frame.SETTINGS, 0, 0, window);
        sent();
        stream.writeData(Unpooled.EMPTY_BUFFER, true);
        stream.flush();
        assertThat(sent()).containsExactly("DATA 1 0 end");
    }

    @Test
    void theSchemeIsTheRequestsElseTheConnections() {
        assertThat(scheme(null, false)).isEqualTo("http");
        assertThat(scheme(null, true)).isEqualTo("https");
        assertThat(scheme("http", true)).isEqualTo("http");
        assertThat(scheme("https", false)).isEqualTo("https");
    }

    private static String scheme(String forwardedProto, boolean tls) {
        RequestHead head = head();
        if (forwardedProto != null) {
            head.headers().add(X_FORWARDED_PROTO, Ascii.bytes(forwardedProto));
        }
        OutArray block = new OutArray(256);
        Http2HeadWriter.request(new HpackEncoder(HpackEncoder.MAX_TABLE, false), block, head, tls, false, null);
        StringBuilder scheme = new StringBuilder();
        new HpackDecoder(4096)
                .decode(
                        block.bytes(),
                        0,
                        block.length(),
                        new HeaderBlock(256),
                        65536,
                        100,
                        (bytes, nameStart, nameEnd, start, end) -> {
                            if (Ascii.text(bytes.bytes(), nameStart, nameEnd).equals(":scheme")) {
                                scheme.append(Ascii.text(bytes.bytes(), start, end));
                            }
                            return true;
                        });
        return scheme.toString();
    }

    // What the client hears.

    @Override
    public void roomChanged(Http2ClientConnection connection) {}

    @Override
    public void connectionClosed(Http2ClientConnection connection) {
        closed = true;
    }

    @Override
    public void informational(ResponseHead head) {}

    @Override
    public void responseHead(ResponseHead head, boolean end) {
        heard.add("head " + head.status());
    }

    @Override
    public void responseData(ByteBuf data, boolean end) {
        heard.add("data " + data.readableBytes());
        data.release();
    }

    @Override
    public void responseTrailers(HeaderBlock trailers) {
        heard.add("trailers");
    }

    @Override
    public void responseFlush() {}

    @Override
    public void upstreamWritable(boolean writable) {}

    @Override
    public void done() {
        heard.add("done");
    }

    @Override
    public void failed(Failure why, String details) {
        heard.add("failed " + why + " " + details);
    }
}
