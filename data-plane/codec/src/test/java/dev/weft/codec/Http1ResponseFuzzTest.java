package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;

/** Any bytes of an upstream HTTP/1 connection. */
class Http1ResponseFuzzTest {
    private static final String[] METHODS = {"GET", "HEAD", "CONNECT", "UPGRADE"};

    /** The first byte says what was asked, the second where the bytes are cut. */
    @FuzzTest
    void theOutcomeDoesNotDependOnWhereBytesAreCut(byte[] input) {
        if (input.length < 3) {
            return;
        }
        String method = METHODS[input[0] & 3];
        byte[] bytes = Arrays.copyOfRange(input, 2, input.length);
        int cut = (input[1] & 0xff) * bytes.length >> 8;
        Http1Client whole = play(method, bytes);
        Http1Client pieces = play(method, Arrays.copyOf(bytes, cut), Arrays.copyOfRange(bytes, cut, bytes.length));
        boolean moreThanAsked = ("" + whole.failure + pieces.failure).contains(Http1Error.UNEXPECTED_BODY.details());
        if (!moreThanAsked) { // seen only if it is at hand together with the head
            assertThat(pieces.seen.toString()).isEqualTo(whole.seen.toString());
            assertThat(pieces.failure).isEqualTo(whole.failure);
        }
    }

    private static Http1Client play(String method, byte[]... pieces) {
        Http1Client client = Http1Client.asking(method);
        for (byte[] piece : pieces) {
            if (client.isOpen()) {
                client.receive(piece);
            }
        }
        boolean open = client.isOpen();
        if (client.pooled != null && client.pooled) {
            assertThat(client.done).isTrue();
            assertThat(client.ended).as("complete").isTrue();
        }
        assertThat(client.done && client.failure != null)
                .as("both done and failed")
                .isFalse();
        assertThat(client.interim).isLessThanOrEqualTo(10);
        assertThat(client.heads).isLessThanOrEqualTo(1);
        client.close();
        assertThat(client.closed).isTrue();
        assertThat(client.done || client.failure != null).as("done or failed").isTrue();
        assertThat(open && client.failure != null && client.failure.startsWith("PROTOCOL"))
                .as("open after a protocol error")
                .isFalse();
        return client;
    }
}
