package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is HTTP to a listener, and what may pass as opaque bytes. */
class DetectionTest {
    private static Detection detect(String text) {
        return Detection.detect(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.ISO_8859_1)), true, true, false);
    }

    @ParameterizedTest
    @CsvSource({
        "GET /x HTTP/1.1, http/1.1",
        "GET /x HTTP/1.0, http/1.0",
        "GET /x HTTP/1.2, http/1.1",
        "GET /x HTTP/3.0, http/1.1",
        "BREW * HTTP/x, http/1.1",
        "GET /x, http/1.0"
    })
    void whatCallsItselfHttpIsInAnyVersion(String line, String protocol) {
        assertThat(detect(line + "\r\n")).isEqualTo(new Detection.Http(List.of(protocol)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET x",
                "CWD /x",
                "PING",
                "DESCRIBE rtsp://x/y RTSP/1.0",
                "REGISTER sip:x SIP/2.0",
                "GET /x y",
                "HTTP/1.1 200 OK"
            })
    void otherLinesAreOpaque(String line) {
        assertThat(detect(line + "\r\n")).isEqualTo(Detection.OPAQUE);
    }

    @ParameterizedTest
    @CsvSource({"GET /, true", "POST /, true", "SET x, false"})
    void aLongLineWithoutAnEndIsHttpIfItAsksForAPath(String begin, boolean http) {
        String some = begin + "a".repeat(8000);
        assertThat(detect(some)).isEqualTo(Detection.MORE);
        assertThat(detect(some + "a".repeat(300)))
                .isEqualTo(http ? new Detection.Http(List.of("http/1.1")) : Detection.OPAQUE);
    }
}
