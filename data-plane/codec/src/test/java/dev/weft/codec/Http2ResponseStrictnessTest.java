package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a proxy must not believe of HTTP/2 responses: each fails its own exchange with a reason, which the client hears as a
 * 502; the connection, whose framing is sound, lives on for the others.
 */
class Http2ResponseStrictnessTest {
    private Http2Serverless server = new Http2Serverless("GET");

    @AfterEach
    void close() {
        server.channel.finishAndReleaseAll();
    }

    /** {@code name=value} pairs, {@code ;} between them. */
    private static String[] fields(String row) {
        return Http1RequestStrictnessTest.bytes(row).split("[=;]", -1);
    }

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            no status               | a=b | http2.missing_status
            two statuses            | :status=200;:status=200 | http2.invalid_pseudo_header
            late status             | a=b;:status=200 | http2.invalid_pseudo_header
            request pseudo header   | :status=200;:path=/ | http2.invalid_pseudo_header
            status of two digits    | :status=20 | http2.invalid_status
            status beyond 599       | :status=600 | http2.invalid_status
            101                     | :status=101 | http2.invalid_status
            upper case              | :status=200;A=b | http2.upper_case_field_name
            colon in a name         | :status=200;x:a=b | http2.invalid_field_name
            CR LF in a value        | :status=200;x=b@y | http2.invalid_field_value
            NUL in a value          | :status=200;x=<00> | http2.invalid_field_value
            connection              | :status=200;connection=close | http2.connection_specific_field
            chunked                 | :status=200;transfer-encoding=chunked | http2.connection_specific_field
            two lengths             | :status=200;content-length=1;content-length=2 | http2.invalid_content_length
            length of a 204         | :status=204;content-length=3 | http2.content_length_not_allowed
            length of a 103         | :status=103;content-length=3 | http2.content_length_not_allowed
            length that is none     | :status=200;content-length=+1 | http2.invalid_content_length
            """)
    void breaksItsExchange(String what, String row, String details) {
        server.headers(false, fields(row));
        assertBroken(what, details);
        assertThat(server.heads).isEmpty();
    }

    private void assertBroken(String what, String details) {
        assertThat(server.failure).as(what).isEqualTo("PROTOCOL_ERROR " + details);
        assertThat(server.sent()).containsExactly("RST_STREAM 1 PROTOCOL_ERROR");
        assertThat(server.ended).as("looks complete").isFalse();
        assertThat(server.channel.isOpen()).isTrue();
    }

    @Test
    void aLengthOfZeroIsTakenFromA204() {
        server.headers(true, ":status", "204", "content-length", "0", "a", "b");
        assertThat(server.fields).containsExactly("a: b");
        assertThat(server.ended).isTrue();
    }

    @Test
    void aBodyOfAnotherLengthBreaksItsExchange() {
        server.headers(false, ":status", "200", "content-length", "3");
        server.data("abcd", false);
        assertBroken("too long", "http2.content_length_mismatch");
        close();
        server = new Http2Serverless("GET");
        server.headers(false, ":status", "200", "content-length", "3");
        server.data("ab", true);
        assertBroken("too short", "http2.content_length_mismatch");
        close();
        server = new Http2Serverless("GET");
        server.headers(true, ":status", "200", "content-length", "3");
        assertBroken("absent", "http2.content_length_mismatch");
    }

    @ParameterizedTest
    @CsvSource({"GET, 204", "GET, 304", "HEAD, 200"})
    void aBodyThatMustNotBeThereBreaksItsExchange(String method, String status) {
        close();
        server = new Http2Serverless(method);
        server.headers(false, ":status", status);
        server.data("hello", true);
        assertBroken(status, "http2.content_length_mismatch");
        assertThat(server.body.toString()).isEmpty();
    }

    @Test
    void aBodyBeforeAHeadBreaksItsExchange() {
        server.data("hello", true);
        assertBroken("data first", "http2.data_before_headers");
    }

    @Test
    void elevenInterimResponsesAreOneTooMany() {
        for (int i = 0; i < 10; i++) {
            server.headers(false, ":status", "103");
        }
        assertThat(server.failure).isNull();
        server.headers(false, ":status", "103");
        assertBroken("103", "http2.invalid_interim_response");
    }

    @Test
    void anInterimResponseEndsNothing() {
        server.headers(true, ":status", "100");
        assertBroken("100", "http2.invalid_interim_response");
    }

    @Test
    void trailersWithPseudoHeadersBreakTheirExchange() {
        server.headers(false, ":status", "200");
        server.headers(true, ":status", "200");
        assertBroken("pseudo header", "http2.pseudo_header_in_trailers");
    }

    @Test
    void aPushIsTheEndOfTheConnection() {
        server.send(Http2Peerless.frame(5, Http2Frame.END_HEADERS, 1, new byte[] {0, 0, 0, 2}));
        assertThat(server.sent()).anyMatch(f -> f.startsWith("GOAWAY PROTOCOL_ERROR"));
        assertThat(server.closed).isTrue();
        assertThat(server.failure).isEqualTo("PROTOCOL_ERROR http2.push_promise");
    }

    /** Not a reset of the peer's, which would be a 503: it has answered, but not in HTTP/2. */
    @ParameterizedTest(name = "{0}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            HPACK of a huge number  | 1 | ffffffffffffffffffff | http2.compression_error
            stream of a server      | 1 | even                 | http2.headers_on_idle_stream
            ENABLE_PUSH             | 4 | 000200000001         | http2.bad_settings
            PING of three bytes     | 6 | 000000               | http2.bad_frame_size
            """)
    void whatBreaksTheConnectionBreaksTheExchangesOnIt(String what, int type, String payload, String details) {
        boolean even = payload.equals("even");
        byte[] bytes = HexFormat.of().parseHex(even ? "88" : payload);
        server.send(
                Http2Peerless.frame(type, type == 1 ? Http2Frame.END_HEADERS : 0, even ? 2 : type == 1 ? 1 : 0, bytes));
        assertThat(server.failure).as(what).isEqualTo("PROTOCOL_ERROR " + details);
        assertThat(server.closed).isTrue();
    }
}
