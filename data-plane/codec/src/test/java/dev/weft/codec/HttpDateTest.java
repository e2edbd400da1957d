package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class HttpDateTest {
    private Instant now = Instant.parse("1994-11-06T08:49:37.200Z");
    private final HttpDate date = new HttpDate(() -> now);

    private String text() {
        return new String(date.now(), StandardCharsets.US_ASCII);
    }

    @Test
    void itIsWrittenAsInRfc9110() {
        assertThat(text()).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
    }

    @Test
    void itIsWrittenOnceASecond() {
        byte[] first = date.now();
        now = now.plusMillis(700);
        assertThat(date.now()).isSameAs(first);
        now = now.plusMillis(200);
        assertThat(text()).isEqualTo("Sun, 06 Nov 1994 08:49:38 GMT");
    }
}
