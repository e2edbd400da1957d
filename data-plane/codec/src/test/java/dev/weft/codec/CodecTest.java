package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.http.Downstream;
import dev.weft.http.FilterChain;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpServer;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.http.StreamEnd;
import dev.weft.http.TerminalFilter;
import dev.weft.net.TimerWheel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {
    /** Records what the server side understood; answers 204 when a request is complete. */
    private static final class Recorder implements HttpServer, TerminalFilter {
        final StringBuilder seen = new StringBuilder();
        final List<String> refused = new ArrayList<>();
        private final CodecLoop loop;

        Recorder(CodecLoop loop) {
            this.loop = loop;
        }

        @Override
        public HttpStream newStream(Downstream downstream, RequestHead head) {
            return new HttpStream(downstream, head, new FilterChain(List.of(), this, 0), null);
        }

        @Override
        public void rejected(@Nullable RequestHead head, int status, String details) {
            refused.add(status + " " + details);
        }

        @Override
        public boolean closeAfterResponse() {
            return false;
        }

        @Override
        public void closed() {}

        @Override
        public void requestHead(HttpStream stream, RequestHead head, boolean end) {
            seen.append(head.methodText()).append(' ').append(head.targetText());
            seen.append(" [").append(head.authorityText()).append("] ").append(head.version());
            for (int i = 0; i < head.headers().count(); i++) {
                if (!head.headers().isRemoved(i)) {
                    seen.append('|')
                            .append(head.headers().name(i))
                            .append('=')
                            .append(head.headers().value(i));
                }
            }
            seen.append('\n');
            end(stream, end);
        }

        @Override
        public void requestData(HttpStream stream, ByteBuf data, boolean end) {
            seen.append(data.toString(StandardCharsets.ISO_8859_1));
            data.release();
            end(stream, end);
        }

        @Override
        public void requestTrailers(HttpStream stream, HeaderBlock trailers) {
            seen.append("trailers ").append(trailers);
            end(stream, true);
        }

        private void end(HttpStream stream, boolean end) {
            if (end) {
                seen.append("\n--\n");
                ResponseHead head = loop.takeResponse();
                head.status(204);
                stream.responseHead(head, true);
                loop.giveBack(head);
            }
        }

        @Override
        public void requestFlush(HttpStream stream) {}

        @Override
        public void downstreamWritable(HttpStream stream, boolean writable) {}

        @Override
        public void streamEnd(HttpStream stream, StreamEnd end) {}
    }

    private static final Http1ServerOptions OPTIONS = new Http1ServerOptions(
            Http1Limits.REQUEST,
            true,
            Http1ServerOptions.DEFAULT.headTimeout(),
            Http1ServerOptions.DEFAULT.idleTimeout(),
            true,
            "");

    /** Feeds the pieces and answers what was understood, with the statuses sent behind it. */
    private static String understood(String... pieces) {
        EmbeddedChannel channel = new EmbeddedChannel();
        CodecLoop loop = new CodecLoop(new TimerWheel(channel.eventLoop()));
        Recorder recorder = new Recorder(loop);
        channel.pipeline().addLast(new Http1ServerConnection(loop, recorder, OPTIONS));
        for (String piece : pieces) {
            if (!channel.isActive()) {
                break; // refused, answered and closed
            }
            channel.writeInbound(Unpooled.copiedBuffer(piece, StandardCharsets.ISO_8859_1));
        }
        StringBuilder sent = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            sent.append(out.toString(StandardCharsets.ISO_8859_1));
            out.release();
        }
        String statuses = sent.toString()
                .lines()
                .filter(l -> l.startsWith("HTTP/"))
                .toList()
                .toString();
        channel.close();
        return recorder.seen + statuses + recorder.refused;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /a?b HTTP/1.1\r\nHost: x\r\nA:b\r\n\r\n",
                "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nhost:x\r\n\r\n",
                "POST /p HTTP/1.1\r\nHost: x:80\r\nContent-Length: 11\r\n\r\nhello worldGET / HTTP/1.0\r\nHost: y\r\n\r\n",
                "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;ext=\"1\"\r\nhello\r\n0A\r\n0123456789\r\n0\r\n\r\n"
                        + "GET /next HTTP/1.1\r\nHost: x\r\n\r\n",
                "POST /t HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 3\r\nHost: no\r\n\r\n",
                "POST /bad HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
                "GET http://abs.example/x HTTP/1.1\r\nHost: other\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nbad name: y\r\n\r\n",
            })
    void theOutcomeDoesNotDependOnWhereBytesAreCut(String text) {
        String whole = understood(text);
        assertThat(whole).isNotEmpty();
        for (int cut = 1; cut < text.length(); cut++) {
            assertThat(understood(text.substring(0, cut), text.substring(cut)))
                    .as("cut at %d", cut)
                    .isEqualTo(whole);
        }
        assertThat(understood(text.split(""))).as("byte by byte").isEqualTo(whole);
    }

    @ParameterizedTest(name = "{1} for {0}")
    @CsvSource(delimiter = '~', textBlock = """
            GET / HTTP/1.1@@ ~ 400
            GET / HTTP/1.1@Host: a@Host: b@@ ~ 400
            GET / HTTP/1.1@Host: a, b@@ ~ 400
            GET / HTTP/1.1@Host: a/b@@ ~ 400
            GET / HTTP/1.1@Host: u@h@@ ~ 400
            GET  / HTTP/1.1@Host: a@@ ~ 400
            GET / HTTP/1.1 @Host: a@@ ~ 400
            GET /@Host: a@@ ~ 505
            GET / HTTP/1.2@Host: a@@ ~ 505
            GET / HTTP/2.0@Host: a@@ ~ 505
            GET / HTTP/0.9@Host: a@@ ~ 505
            GET / http/1.1@Host: a@@ ~ 400
            GET / HTTP/11@Host: a@@ ~ 400
            GET / HTTP/1.1@Host: a@A: b@ c@@ ~ 400
            GET /\u00e9 HTTP/1.1@Host: a@@ ~ 400
            GET /#f HTTP/1.1@Host: a@@ ~ 400
            GET ! HTTP/1.1@Host: a@@ ~ 400
            GET * HTTP/1.1@Host: a@@ ~ 400
            GET ftp://a/ HTTP/1.1@Host: a@@ ~ 400
            GET http://u@a/ HTTP/1.1@Host: a@@ ~ 400
            G[T / HTTP/1.1@Host: a@@ ~ 400
            GET / HTTP/1.1@Host : a@@ ~ 400
            GET / HTTP/1.1@Host: a@: b@@ ~ 400
            GET / HTTP/1.1@Host: a@novalue@@ ~ 400
            POST / HTTP/1.1@Host: a@Content-Length: 1@Transfer-Encoding: chunked@@ ~ 400
            POST / HTTP/1.1@Host: a@Content-Length: 1@Content-Length: 1@@ ~ 400
            POST / HTTP/1.1@Host: a@Content-Length: 1, 1@@ ~ 400
            POST / HTTP/1.1@Host: a@Content-Length: +1@@ ~ 400
            POST / HTTP/1.1@Host: a@Content-Length: -1@@ ~ 400
            POST / HTTP/1.1@Host: a@Content-Length: 0x1@@ ~ 400
            POST / HTTP/1.1@Host: a@Content-Length: 9999999999999999999@@ ~ 400
            POST / HTTP/1.1@Host: a@Content-Length:@@ ~ 400
            POST / HTTP/1.0@Host: a@Transfer-Encoding: chunked@@ ~ 400
            POST / HTTP/1.1@Host: a@Transfer-Encoding: gzip, chunked@@ ~ 501
            POST / HTTP/1.1@Host: a@Transfer-Encoding: identity@@ ~ 501
            POST / HTTP/1.1@Host: a@Transfer-Encoding: ,chunked@@ ~ 400
            POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked, chunked@@ ~ 400
            POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked@Transfer-Encoding: chunked@@ ~ 400
            POST / HTTP/1.1@Host: a@Transfer-Encoding: xchunked@@ ~ 501
            CONNECT a:1 HTTP/1.1@Host: a@Content-Length: 1@@ ~ 400
            CONNECT /a HTTP/1.1@Host: a@@ ~ 400
            POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked@@g@ ~ 400
            POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked@@-1@ ~ 400
            POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked@@1 @a@ ~ 400
            POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked@@@ ~ 400
            POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked@@11111111111111111@ ~ 400
            """)
    void whatTheStandardDoesNotAllowIsRefused(String request, int status) {
        // The table writes @ for CR LF and, in host names, means a real one where no line ends there.
        String text = request.replace("u@h@@", "u\u0000h@@")
                .replace("u@a/", "u\u0000a/")
                .replace("@", "\r\n");
        assertThat(understood(text.replace('\u0000', '@'))).contains("[HTTP/1.1 " + status + " ");
    }

    @Test
    void lineEndsOtherThanCrLfAreRefused() {
        assertThat(understood("GET / HTTP/1.1\nHost: a\n\n")).contains("[400 http1.codec_error]");
        assertThat(understood("GET / HTTP/1.1\r\nHost: a\nB: c\r\n\r\n")).contains("[400 http1.codec_error]");
        assertThat(understood("GET / HTTP/1.1\r\nHost: a\r\nB: c\rd\r\n\r\n"))
                .contains("[400 http1.invalid_characters]");
        assertThat(understood("GET / HTTP/1.1\r\nHost: a\r\nB: c\u0000d\r\n\r\n"))
                .contains("[400 http1.invalid_characters]");
        assertThat(understood("GET /\rx HTTP/1.1\r\nHost: a\r\n\r\n")).contains("[400 http1.invalid_url]");
        assertThat(understood("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n"))
                .contains("[400 http1.codec_error]");
    }

    @Test
    void limitsAreKept() {
        assertThat(understood("GET /" + "a".repeat(17_000) + " HTTP/1.1\r\nHost: a\r\n\r\n"))
                .contains("HTTP/1.1 414");
        assertThat(understood("GET / HTTP/1.1\r\nHost: a\r\nA: " + "a".repeat(62_000) + "\r\n\r\n"))
                .contains("HTTP/1.1 431");
        assertThat(understood("GET / HTTP/1.1\r\nHost: a\r\n" + "A: b\r\n".repeat(100) + "\r\n"))
                .contains("[431 http1.too_many_headers]");
        assertThat(understood("GET / HTTP/1.1\r\nHost: a\r\n" + "A: b\r\n".repeat(99) + "\r\n"))
                .contains("204");
    }

    @Test
    void noBytesBreakIt() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
        String alphabet =
                "GET POST/ HTTP/1.1\r\n\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n0\u0000\u00ff";
        for (int round = 0; round < 3000; round++) {
            StringBuilder text = new StringBuilder(
                    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
            for (int i = random.nextInt(1, 6); i > 0; i--) {
                int at = random.nextInt(text.length());
                text.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
            }
            understood(text.toString());
        }
    }
}
