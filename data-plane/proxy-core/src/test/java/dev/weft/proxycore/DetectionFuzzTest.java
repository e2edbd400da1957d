package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/** Whatever a connection begins with is told apart safely; what was decided does not change with what follows. */
class DetectionFuzzTest {
    /** The first byte says which inspectors there are. */
    @FuzzTest
    void moreBytesChangeNoDecision(byte[] input) {
        if (input.length < 2) {
            return;
        }
        boolean tls = (input[0] & 1) != 0;
        boolean http = (input[0] & 2) != 0;
        ByteBuf whole = Unpooled.wrappedBuffer(Arrays.copyOfRange(input, 1, Math.min(input.length, 8000)));
        Detection last = Detection.detect(whole, tls, http, false);
        assertThat(whole.readerIndex()).isZero();
        assertThat(Detection.detect(whole, tls, http, true))
                .as("at the deadline")
                .isEqualTo(last == Detection.MORE ? Detection.OPAQUE : last);
        int step = Math.max(1, whole.readableBytes() / 64);
        for (int cut = 1; cut < whole.readableBytes(); cut += step) {
            Detection early = Detection.detect(whole.slice(0, cut), tls, http, false);
            if (early != Detection.MORE) {
                assertThat(last).as("decided after %d bytes", cut).isEqualTo(early);
                return;
            }
        }
    }
}
