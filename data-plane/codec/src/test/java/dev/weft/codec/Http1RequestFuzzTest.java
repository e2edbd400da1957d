package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.http.RequestHead;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/** Any bytes of a downstream HTTP/1 connection. */
class Http1RequestFuzzTest {
    /** The first byte says where the bytes are cut. */
    @FuzzTest
    void theOutcomeDoesNotDependOnWhereBytesAreCut(byte[] input) {
        if (input.length < 2) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        int cut = (input[0] & 0xff) * bytes.length >> 8;
        String whole = outcome(bytes);
        assertThat(outcome(Arrays.copyOf(bytes, cut), Arrays.copyOfRange(bytes, cut, bytes.length)))
                .isEqualTo(whole);
    }

    private static String outcome(byte[]... pieces) {
        Http1Server server = new Http1Server();
        for (byte[] piece : pieces) {
            if (server.isOpen()) {
                server.receive(piece);
            }
        }
        String outcome = server.seen + " " + server.refused + " " + server.isOpen() + statuses(server.sent());
        server.close();
        return outcome;
    }

    private static String statuses(String sent) {
        return sent.lines()
                .filter(line -> line.startsWith("HTTP/1.1 "))
                .toList()
                .toString();
    }

    @FuzzTest
    void theNextHopReadsWhatWeRead(byte[] input) {
        RequestHead head = new RequestHead(64);
        HeadReader reader = new HeadReader(Http1Limits.REQUEST, true);
        Framing framing = new Framing();
        if (!reader.read(Unpooled.wrappedBuffer(input), head.headers())
                || reader.error() != null
                || RequestParser.parse(head, reader.startLineStart(), reader.startLineEnd(), framing) != null) {
            return;
        }
        boolean chunked = framing.kind() == Framing.Kind.CHUNKED;
        HeadCopy ours = HeadCopy.of(head, null, framing.kind(), framing.length());
        assertThat(HeadCopy.read(HeadCopy.write(head, chunked))).isEqualTo(ours);
    }
}
