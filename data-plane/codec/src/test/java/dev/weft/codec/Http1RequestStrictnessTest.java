package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a proxy must not pass on of HTTP/1 requests, line by line of what smuggling is made of: each is refused with a
 * status and a reason, the connection ends, and nothing of it is a request. A row writes {@code @} for CR LF and
 * {@code <xx>} for a byte.
 */
class Http1RequestStrictnessTest {
    private static final String OK = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    static String bytes(String row) {
        StringBuilder text = new StringBuilder();
        String lines = row.replace("@", "\r\n").replace("~", " ");
        for (int i = 0; i < lines.length(); i++) {
            if (lines.charAt(i) == '<' && i + 3 < lines.length() && lines.charAt(i + 3) == '>') {
                text.append((char) Integer.parseInt(lines.substring(i + 1, i + 3), 16));
                i += 3;
            } else {
                text.append(lines.charAt(i));
            }
        }
        return text.toString();
    }

    @ParameterizedTest(name = "{0}: {2} {3}")
    @CsvSource(delimiter = '|', textBlock = """
            no Host                       | GET / HTTP/1.1@@ | 400 | http1.missing_host
            two Hosts                     | GET / HTTP/1.1@Host: a@Host: b@@ | 400 | http1.many_hosts
            the same Host twice           | GET / HTTP/1.1@Host: a@host: a@@ | 400 | http1.many_hosts
            a list of Hosts               | GET / HTTP/1.1@Host: a, b@@ | 400 | http1.invalid_host
            a Host with a path            | GET / HTTP/1.1@Host: a/b@@ | 400 | http1.invalid_host
            a Host with user info         | GET / HTTP/1.1@Host: u<40>h@@ | 400 | http1.invalid_host
            two ports                     | GET / HTTP/1.1@Host: a:1:2@@ | 400 | http1.invalid_host
            a port that is none           | GET / HTTP/1.1@Host: a:b@@ | 400 | http1.invalid_host
            TAB in the request line       | GET<09>/ HTTP/1.1@Host: a@@ | 400 | http1.codec_error
            two spaces before the target  | GET~~/ HTTP/1.1@Host: a@@ | 400 | http1.codec_error
            two spaces behind the target  | GET /~~HTTP/1.1@Host: a@@ | 400 | http1.codec_error
            space behind the version      | GET / HTTP/1.1 @Host: a@@ | 400 | http1.codec_error
            space before the method       | ~GET / HTTP/1.1@Host: a@@ | 400 | http1.codec_error
            NUL before the method         | <00>GET / HTTP/1.1@Host: a@@ | 400 | http1.codec_error
            control byte before it        | <1f>GET / HTTP/1.1@Host: a@@ | 400 | http1.codec_error
            a ClientHello, not yet whole  | <16><03><01><02><00> | 400 | http1.codec_error
            an empty line, then no token  | @<80> | 400 | http1.codec_error
            two empty lines before it     | @@GET / HTTP/1.1@Host: a@@ | 400 | http1.codec_error
            HTTP/0.9                      | GET /@Host: a@@ | 505 | http1.unsupported_version
            HTTP/0.9 by name              | GET / HTTP/0.9@Host: a@@ | 505 | http1.unsupported_version
            HTTP/1.2                      | GET / HTTP/1.2@Host: a@@ | 505 | http1.unsupported_version
            HTTP/2.0                      | GET / HTTP/2.0@Host: a@@ | 505 | http1.unsupported_version
            version in lower case         | GET / http/1.1@Host: a@@ | 400 | http1.codec_error
            folded line                   | GET / HTTP/1.1@Host: a@A: b@ c@@ | 400 | http1.obs_fold
            folded line with TAB          | GET / HTTP/1.1@Host: a@A: b@<09>c@@ | 400 | http1.obs_fold
            folded first line             | GET / HTTP/1.1@ Host: a@@ | 400 | http1.obs_fold
            byte above 7f in the target   | GET /<e9> HTTP/1.1@Host: a@@ | 400 | http1.invalid_url
            NUL in the target             | GET /<00> HTTP/1.1@Host: a@@ | 400 | http1.invalid_url
            DEL in the target             | GET /<7f> HTTP/1.1@Host: a@@ | 400 | http1.invalid_url
            fragment in the target        | GET /#f HTTP/1.1@Host: a@@ | 400 | http1.invalid_url
            fragment in an absolute form  | GET http://a/#f HTTP/1.1@Host: a@@ | 400 | http1.invalid_url
            target without a slash        | GET ! HTTP/1.1@Host: a@@ | 400 | http1.invalid_url
            asterisk without OPTIONS      | GET * HTTP/1.1@Host: a@@ | 400 | http1.invalid_url
            asterisk and more             | OPTIONS *x HTTP/1.1@Host: a@@ | 400 | http1.invalid_url
            foreign scheme                | GET ftp://a/ HTTP/1.1@Host: a@@ | 400 | http1.invalid_url
            user info in the target       | GET http://u<40>a/ HTTP/1.1@Host: a@@ | 400 | http1.invalid_url
            no authority in the target    | GET http:///x HTTP/1.1@Host: a@@ | 400 | http1.invalid_url
            gzip and chunked              | POST / HTTP/1.1@Host: a@Transfer-Encoding: gzip, chunked@@ | 501 | http1.invalid_transfer_encoding
            empty element, then chunked   | POST / HTTP/1.1@Host: a@Transfer-Encoding: ,chunked@@ | 400 | http1.invalid_transfer_encoding
            chunked, then gzip            | POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked, gzip@@ | 400 | http1.invalid_transfer_encoding
            chunked twice                 | POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked, chunked@@ | 400 | http1.invalid_transfer_encoding
            chunked in two fields         | POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked@Transfer-Encoding: chunked@@ | 400 | http1.invalid_transfer_encoding
            no coding                     | POST / HTTP/1.1@Host: a@Transfer-Encoding:@@ | 400 | http1.invalid_transfer_encoding
            chunked in quotes             | POST / HTTP/1.1@Host: a@Transfer-Encoding: "chunked"@@ | 400 | http1.invalid_transfer_encoding
            vertical TAB before chunked   | POST / HTTP/1.1@Host: a@Transfer-Encoding: <0b>chunked@@ | 400 | http1.invalid_characters
            identity                      | POST / HTTP/1.1@Host: a@Transfer-Encoding: identity@@ | 501 | http1.invalid_transfer_encoding
            a coding like chunked         | POST / HTTP/1.1@Host: a@Transfer-Encoding: xchunked@@ | 501 | http1.invalid_transfer_encoding
            chunked in HTTP/1.0           | POST / HTTP/1.0@Host: a@Transfer-Encoding: chunked@@ | 400 | http1.transfer_encoding_not_allowed
            length and chunked            | POST / HTTP/1.1@Host: a@Content-Length: 1@Transfer-Encoding: chunked@@ | 400 | http1.content_length_and_chunked_not_allowed
            chunked and length            | POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked@Content-Length: 1@@ | 400 | http1.content_length_and_chunked_not_allowed
            length twice                  | POST / HTTP/1.1@Host: a@Content-Length: 1@Content-Length: 1@@ | 400 | http1.invalid_content_length
            list of lengths               | POST / HTTP/1.1@Host: a@Content-Length: 1, 1@@ | 400 | http1.invalid_content_length
            signed length                 | POST / HTTP/1.1@Host: a@Content-Length: +1@@ | 400 | http1.invalid_content_length
            hexadecimal length            | POST / HTTP/1.1@Host: a@Content-Length: 0x1@@ | 400 | http1.invalid_content_length
            empty length                  | POST / HTTP/1.1@Host: a@Content-Length:@@ | 400 | http1.invalid_content_length
            length beyond a long          | POST / HTTP/1.1@Host: a@Content-Length: 99999999999999999999@@ | 413 | http1.content_too_large
            space before the colon        | POST / HTTP/1.1@Host: a@Content-Length : 1@@ | 400 | http1.invalid_characters
            control byte in a name        | GET / HTTP/1.1@Host: a@A<01>: b@@ | 400 | http1.invalid_characters
            byte above 7f in a name       | GET / HTTP/1.1@Host: a@A<ff>: b@@ | 400 | http1.invalid_characters
            no name                       | GET / HTTP/1.1@Host: a@: b@@ | 400 | http1.invalid_characters
            NUL in a value                | GET / HTTP/1.1@Host: a@A: b<00>@@ | 400 | http1.invalid_characters
            CR in a value                 | GET / HTTP/1.1@Host: a@A: b<0d>c@@ | 400 | http1.invalid_characters
            LF alone                      | GET / HTTP/1.1@Host: a@A: b<0a>C: d@@ | 400 | http1.codec_error
            LF in a chunk extension       | POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked@@1;a<0a>b@x@0@@ | 400 | http1.codec_error
            CR in a chunk extension       | POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked@@1;a<0d>b@x@0@@ | 400 | http1.codec_error
            space behind a chunk size     | POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked@@1 @x@0@@ | 400 | http1.codec_error
            LF behind a chunk size        | POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked@@1<0a>x@0@@ | 400 | http1.codec_error
            sixteen digits of chunk size  | POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked@@0000000000000001@x@0@@ | 400 | http1.codec_error
            chunk longer than it says     | POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked@@1@xy@0@@ | 400 | http1.codec_error
            signed chunk size             | POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked@@+1@x@0@@ | 400 | http1.codec_error
            hexadecimal mark              | POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked@@0x1@x@0@@ | 400 | http1.codec_error
            folded trailer                | POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked@@0@a: b@ c@@ | 400 | http1.obs_fold
            CONNECT with a body           | CONNECT a:1 HTTP/1.1@Host: a:1@Content-Length: 1@@x | 400 | http1.body_disallowed
            CONNECT with chunks           | CONNECT a:1 HTTP/1.1@Host: a:1@Transfer-Encoding: chunked@@0@@ | 400 | http1.body_disallowed
            CONNECT to a path             | CONNECT /a HTTP/1.1@Host: a@@ | 400 | http1.invalid_url
            """)
    void isRefused(String what, String row, int status, String details) {
        Http1Server server = new Http1Server();
        server.receive(bytes(row));
        if (server.isOpen()) {
            server.receive(OK); // whatever follows is not taken for a request
        }
        assertThat(server.refused).as(what).containsExactly(status + " " + details);
        assertThat(server.sent()).startsWith("HTTP/1.1 " + status + " ").contains("Connection: close\r\n");
        assertThat(server.complete).as("requests").isZero();
        assertThat(server.isOpen()).isFalse();
        server.close();
    }

    @Test
    void whatIsTooMuchIsRefused() {
        assertThat(refusal("GET /" + "a".repeat(17_000) + " HTTP/1.1\r\n"))
                .isEqualTo("414 http1.request_line_too_long");
        assertThat(refusal("GET / HTTP/1.1\r\nHost: a\r\nA: " + "a".repeat(62_000)))
                .isEqualTo("431 http1.headers_too_large");
        assertThat(refusal("GET / HTTP/1.1\r\nHost: a\r\n" + "A: b\r\n".repeat(500) + "\r\n"))
                .isEqualTo("431 http1.too_many_headers");
        assertThat(refusal("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" + "e".repeat(300)))
                .as("line of a chunk")
                .isEqualTo("400 http1.codec_error");
    }

    private static String refusal(String bytes) {
        Http1Server server = new Http1Server();
        server.receive(bytes);
        assertThat(server.isOpen()).isFalse();
        server.close();
        return String.join(", ", server.refused);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            the target's authority wins    | GET http://a:81/x HTTP/1.1@Host: b@@ | GET /x [a:81] HTTP/1.1:Host=b
            a query without a path         | GET http://a?q HTTP/1.1@Host: a@@ | GET /?q [a] HTTP/1.1:Host=a
            OPTIONS of the whole server    | OPTIONS * HTTP/1.1@Host: a@@ | OPTIONS * [a] HTTP/1.1:Host=a
            Connection names no framing    | GET / HTTP/1.1@Host: a@Connection: host, cookie, authorization, x-mine@Cookie: c@Authorization: z@X-Mine: m@@ | GET / [a] HTTP/1.1:Host=a:Connection=host, cookie, authorization, x-mine:Cookie=c:Authorization=z
            nor a length                   | POST / HTTP/1.1@Host: a@Connection: content-length@Content-Length: 1@@x | POST / [a] HTTP/1.1:Host=a:Connection=content-length:Content-Length=1
            """)
    void isReadAs(String what, String row, String expected) {
        Http1Server server = new Http1Server();
        server.receive(bytes(row));
        assertThat(server.refused).isEmpty();
        assertThat(server.complete).isEqualTo(1);
        assertThat(server.seen.toString().lines().findFirst().orElse("").replace('|', ':'))
                .as(what)
                .isEqualTo(expected);
        server.close();
    }

    /** RFC 9110 §10.1.1: a client of HTTP/1.0 would take a 100 for the answer. */
    @Test
    void theExpectationOfAnHttp10ClientIsNotMet() {
        Http1Server server = new Http1Server();
        server.receive("POST / HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
        assertThat(server.sent()).isEmpty();
        server.receive("x");
        assertThat(server.sent()).startsWith("HTTP/1.0 204 ");
        assertThat(server.seen.toString()).doesNotContainIgnoringCase("expect");
        server.close();
    }

    @Test
    void nothingBehindAResponseThatSaysCloseIsARequest() {
        Http1Server server = new Http1Server();
        server.receive("GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + OK);
        assertThat(server.complete).isEqualTo(1);
        assertThat(server.isOpen()).isFalse();
        server.close();
    }

    @Test
    void trailersCarryNothingOfAHead() {
        Http1Server server = new Http1Server();
        server.receive(bytes("POST / HTTP/1.1@Host: a@Transfer-Encoding: chunked@@0@Content-Length: 9@Host: b@"
                + "Transfer-Encoding: chunked@Authorization: z@Cookie: c@X-Envoy-Original-Path: /p@X-Weft-Peer: p@"
                + "X-Forwarded-Client-Cert: By=x@x-sum: 7@@"));
        assertThat(server.seen.toString()).contains("trailers x-sum: 7\n\n--");
        server.close();
    }
}
