package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {
    /** Feeds the pieces and answers what was understood, with the statuses sent behind it. */
    private static String understood(String... pieces) {
        Http1Server server = new Http1Server();
        for (String piece : pieces) {
            if (!server.isOpen()) {
                break; // refused, answered and closed
            }
            server.receive(piece);
        }
        String statuses = server.sent()
                .lines()
                .filter(l -> l.startsWith("HTTP/"))
                .toList()
                .toString();
        server.close();
        return server.seen + statuses + server.refused;
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
            POST / HTTP/1.1@Host: a@Content-Length: 9223372036854775808@@ ~ 413
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
            POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked@@11111111111111111@ ~ 413
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
