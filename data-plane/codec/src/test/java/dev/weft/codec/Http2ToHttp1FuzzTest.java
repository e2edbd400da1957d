package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.http.HttpMethod;
import dev.weft.http.RequestHead;
import java.util.SplittableRandom;

/** What comes as HTTP/2 and is accepted reads the same once it was written as HTTP/1.1. */
class Http2ToHttp1FuzzTest {
    /** A header block (RFC 7541), as a HEADERS frame carries it. */
    @FuzzTest
    void theNextHopReadsWhatWeRead(byte[] block) {
        check(block, Http2Options.APPLICATION);
    }

    /** The same from a proxy of ours, whose heads may be tagged as HTTP/1's. */
    @FuzzTest
    void theNextHopReadsWhatAProxyOfOursSent(byte[] block) {
        check(block, Http2Options.MESH.multiplexing(Mux.AS_RECEIVED).connectProtocol(false));
    }

    private static void check(byte[] block, Http2Options options) {
        RequestHead head = new RequestHead(64);
        Http2RequestParser parser = new Http2RequestParser(new SplittableRandom(1));
        parser.start(head, options);
        HpackDecoder decoder = new HpackDecoder(4096);
        boolean decoded = decoder.decode(
                block, 0, block.length, head.headers(), options.maxHeadBytes(), options.maxFields(), parser);
        String wrong = parser.finish();
        if (!decoded || wrong != null || decoder.tooLarge()) {
            return;
        }
        long length = parser.contentLength();
        boolean chunked = length < 0 && head.method() != HttpMethod.CONNECT;
        Framing.Kind kind = chunked ? Framing.Kind.CHUNKED : length > 0 ? Framing.Kind.LENGTH : Framing.Kind.NONE;
        HeadCopy ours = HeadCopy.of(head, null, kind, Math.max(0, length));
        HeadCopy theirs = HeadCopy.read(HeadCopy.write(head, chunked));
        if (theirs != null && theirs.error() == Http1Error.REQUEST_LINE_TOO_LONG) {
            return; // refused by the next hop, not misread
        }
        if (head.method() == HttpMethod.CONNECT && length >= 0) {
            assertThat(theirs).isNotNull();
            return;
        }
        assertThat(theirs).isEqualTo(ours);
    }
}
