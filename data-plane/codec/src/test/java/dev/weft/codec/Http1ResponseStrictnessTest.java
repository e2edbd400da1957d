package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.http.Upstream;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a proxy must not believe of HTTP/1 responses: each fails its exchange with a reason, which the client hears as a
 * 502, and ends the connection, which no other request gets. Rows are written as in {@link Http1RequestStrictnessTest}.
 */
class Http1ResponseStrictnessTest {
    @ParameterizedTest(name = "{0}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            empty line first             | GET | @HTTP/1.1 200 OK@Content-Length: 0@@ | http1.codec_error
            no HTTP                      | GET | SSH-2.0@@ | http1.codec_error
            HTTP/0.9                     | GET | hello@@ | http1.codec_error
            HTTP/2.0                     | GET | HTTP/2.0 200 OK@@ | http1.codec_error
            status of two digits         | GET | HTTP/1.1 20 OK@@ | http1.codec_error
            status of four digits        | GET | HTTP/1.1 2000 OK@@ | http1.codec_error
            status below 100             | GET | HTTP/1.1 099 x@@ | http1.codec_error
            status above 599             | GET | HTTP/1.1 600 x@@ | http1.codec_error
            TAB in the status line       | GET | HTTP/1.1<09>200 OK@@ | http1.codec_error
            CR in the reason             | GET | HTTP/1.1 200 O<0d>K@@ | http1.codec_error
            length and chunked           | GET | HTTP/1.1 200 OK@Content-Length: 1@Transfer-Encoding: chunked@@0@@ | http1.content_length_and_chunked_not_allowed
            length twice                 | GET | HTTP/1.1 200 OK@Content-Length: 1@Content-Length: 2@@x | http1.invalid_content_length
            list of lengths              | GET | HTTP/1.1 200 OK@Content-Length: 1, 1@@x | http1.invalid_content_length
            length that is no number     | GET | HTTP/1.1 200 OK@Content-Length: -1@@ | http1.invalid_content_length
            chunked in HTTP/1.0          | GET | HTTP/1.0 200 OK@Transfer-Encoding: chunked@@0@@ | http1.transfer_encoding_not_allowed
            gzip and chunked             | GET | HTTP/1.1 200 OK@Transfer-Encoding: gzip, chunked@@0@@ | http1.invalid_transfer_encoding
            chunked twice                | GET | HTTP/1.1 200 OK@Transfer-Encoding: chunked, chunked@@0@@ | http1.invalid_transfer_encoding
            folded line                  | GET | HTTP/1.1 200 OK@A: b@ c@@ | http1.obs_fold
            space before a colon         | GET | HTTP/1.1 200 OK@Content-Length : 0@@ | http1.invalid_characters
            NUL in a value               | GET | HTTP/1.1 200 OK@A: b<00>@@ | http1.invalid_characters
            LF alone                     | GET | HTTP/1.1 200 OK<0a>Content-Length: 0<0a><0a> | http1.codec_error
            101 nobody asked for         | GET | HTTP/1.1 101 Switching Protocols@Upgrade: websocket@@ | http1.unexpected_upgrade
            101 without Upgrade          | UPGRADE | HTTP/1.1 101 Switching Protocols@@ | http1.unexpected_upgrade
            101 to something else        | UPGRADE | HTTP/1.1 101 Switching Protocols@Upgrade: h2c@@ | http1.unexpected_upgrade
            length of a 204              | GET | HTTP/1.1 204 No Content@Content-Length: 5@@hello | http1.content_length_not_allowed
            chunks of a 204              | GET | HTTP/1.1 204 No Content@Transfer-Encoding: chunked@@0@@ | http1.transfer_encoding_not_allowed
            length of a 100              | GET | HTTP/1.1 100 Continue@Content-Length: 5@@hello | http1.content_length_not_allowed
            body behind a 204            | GET | HTTP/1.1 204 No Content@@hello | http1.body_disallowed
            body behind a 304            | GET | HTTP/1.1 304 Not Modified@Content-Length: 5@@hello | http1.body_disallowed
            body for a HEAD              | HEAD | HTTP/1.1 200 OK@Content-Length: 5@@hello | http1.body_disallowed
            chunk size that is none      | GET | HTTP/1.1 200 OK@Transfer-Encoding: chunked@@zz@hello@0@@ | http1.codec_error
            chunk size without digits    | GET | HTTP/1.1 200 OK@Transfer-Encoding: chunked@@;a=b@ | http1.codec_error
            LF in a chunk extension      | GET | HTTP/1.1 200 OK@Transfer-Encoding: chunked@@1;<0a>@x@0@@ | http1.codec_error
            chunk of 2^64                | GET | HTTP/1.1 200 OK@Transfer-Encoding: chunked@@10000000000000000@ | http1.content_too_large
            second response              | GET | HTTP/1.1 200 OK@Content-Length: 0@@HTTP/1.1 200 OK@@ | http1.body_disallowed
            """)
    void breaksItsExchange(String what, String method, String row, String details) {
        Http1Client client = Http1Client.asking(method);
        client.receive(Http1RequestStrictnessTest.bytes(row));
        assertThat(client.failure).as(what).isEqualTo("PROTOCOL_ERROR " + details);
        assertThat(client.heads).as("heads passed on").isZero();
        assertThat(client.isOpen()).isFalse();
        assertThat(client.pooled).as("given back to the pool").isNotEqualTo(true);
        client.close();
    }

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            chunk longer than it says  | HTTP/1.1 200 OK@Transfer-Encoding: chunked@@1@xy@0@@ | PROTOCOL_ERROR http1.codec_error
            LF in a later extension    | HTTP/1.1 200 OK@Transfer-Encoding: chunked@@1@x@1;<0a>@x@0@@ | PROTOCOL_ERROR http1.codec_error
            folded trailer             | HTTP/1.1 200 OK@Transfer-Encoding: chunked@@0@A: b@ c@@ | PROTOCOL_ERROR http1.obs_fold
            """)
    void breaksItsExchangeBehindTheHead(String what, String row, String failure) {
        Http1Client client = Http1Client.asking("GET");
        client.receive(Http1RequestStrictnessTest.bytes(row));
        assertThat(client.failure).as(what).isEqualTo(failure);
        assertThat(client.ended).as("looks complete").isFalse();
        assertThat(client.isOpen()).isFalse();
        client.close();
    }

    @Test
    void elevenInterimResponsesAreOneTooMany() {
        Http1Client client = Http1Client.asking("GET");
        client.receive("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(10));
        assertThat(client.interim).isEqualTo(10);
        assertThat(client.failure).isNull();
        client.receive("HTTP/1.1 103 Early Hints\r\n\r\n");
        assertThat(client.failure).isEqualTo("PROTOCOL_ERROR http1.too_many_interim_responses");
        assertThat(client.isOpen()).isFalse();
        client.close();
    }

    /** A keep-alive connection that ends under a request has not heard it; one that has begun to answer has. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | STALE_CONNECTION",
                "HTTP/1.1 103 Early Hints@@ | CONNECTION_LOST",
                "HTTP/1.1 200 | CONNECTION_LOST"
            })
    void onlyAConnectionThatSaidNothingWasStale(String row, String failure) {
        Http1Client client = Http1Client.asking("GET");
        client.receive("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        assertThat(client.pooled).isTrue();
        client.ask("GET", true);
        client.receive(Http1RequestStrictnessTest.bytes(row));
        client.close();
        assertThat(client.failure).isEqualTo(failure + " connection_termination");
    }

    /** RFC 9110 §7.6.1; what the codec itself has to know of is looked after elsewhere. */
    @Test
    void fieldsNamedByConnectionGoNoFurther() {
        Http1Client client = Http1Client.asking("GET");
        client.receive("HTTP/1.1 103 Early Hints\r\nConnection: x-a\r\nX-A: 1\r\nX-B: 2\r\n\r\n"
                + "HTTP/1.1 204 No Content\r\nConnection: close, X-b\r\nX-A: 1\r\nX-B: 2\r\n\r\n");
        assertThat(client.seen.toString()).contains("204 ", "X-A: 1").doesNotContain("X-B: 2");
        client.close();
    }

    @Test
    void anEarlyResponseIsPassedOnAndItsConnectionUsedNoMore() {
        Http1Client client = new Http1Client();
        Upstream upstream = client.ask("POST", false);
        upstream.writeData(Unpooled.wrappedBuffer(new byte[10]), false);
        client.receive("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
        assertThat(client.done).isTrue();
        assertThat(client.pooled).isFalse();
        assertThat(client.isOpen()).isFalse();
        client.close();
    }

    @Test
    void whatNobodyAskedForClosesTheConnection() {
        Http1Client client = Http1Client.asking("GET");
        client.receive("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
        assertThat(client.pooled).isTrue();
        client.receive("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
        assertThat(client.isOpen()).isFalse();
        assertThat(client.body.toString()).isEqualTo("x");
        client.close();
    }

    @Test
    void moreThanTheLengthSaysIsNobodysAndEndsTheConnection() {
        Http1Client client = Http1Client.asking("GET");
        client.receive("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n");
        assertThat(client.body.toString()).isEqualTo("x");
        assertThat(client.pooled).isFalse();
        assertThat(client.isOpen()).isFalse();
        client.close();
    }

    @Test
    void anAgreedUpgradeBecomesATunnel() {
        Http1Client client = Http1Client.asking("UPGRADE");
        client.receive("HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\n\r\nbytes");
        assertThat(client.body.toString()).isEqualTo("bytes");
        assertThat(client.isOpen()).isTrue();
        client.close();
    }

    @Test
    void aLengthOfZeroIsTakenFromA204() {
        Http1Client client = Http1Client.asking("GET");
        client.receive("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nA: b\r\n\r\n");
        assertThat(client.seen.toString()).isEqualTo("204 A: b\n");
        assertThat(client.pooled).isTrue();
        client.close();
    }
}
