package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.net.ClientHello.Result;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Locale;

/** Any first bytes of a connection are read safely, and what was decided does not change with what follows. */
class ClientHelloFuzzTest {
    @FuzzTest
    void moreBytesChangeNoDecision(byte[] input) {
        ByteBuf whole = Unpooled.wrappedBuffer(input);
        Result last = ClientHello.parse(whole);
        assertThat(whole.readerIndex()).isZero();
        if (last instanceof Result.Hello hello && hello.sni() != null) {
            assertThat(hello.sni()).isNotEmpty().isEqualTo(hello.sni().toLowerCase(Locale.ROOT));
        }
        int step = Math.max(1, input.length / 64);
        for (int cut = 0; cut < input.length; cut += step) {
            Result early = ClientHello.parse(whole.slice(0, cut));
            if (!(early instanceof Result.NeedMore)) {
                assertThat(last).as("decided after %d bytes", cut).isEqualTo(early);
                return;
            }
        }
    }
}
