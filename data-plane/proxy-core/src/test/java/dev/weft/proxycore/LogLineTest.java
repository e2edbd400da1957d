package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LogLineTest {
    private final LogLine line = new LogLine();

    private String taken() {
        String text = new String(line.bytes(), 0, line.length(), StandardCharsets.ISO_8859_1);
        line.clear();
        return text;
    }

    @Test
    void aMomentReadsAsTheJdkWritesIt() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 10_000; i++) {
            long millis = 1_700_000_000_000L + random.nextLong(i % 2 == 0 ? 3_000 : 100_000_000_000L);
            line.time(millis);
            String text = taken();
            assertThat(Instant.parse(text)).isEqualTo(Instant.ofEpochMilli(millis));
            assertThat(text).hasSize("2026-01-31T23:59:59.999Z".length());
        }
    }

    @Test
    void whatAPeerHasChosenForgesNoLine() {
        line.foreign("a\n\"b\\\u007f\u00ff", -1);
        assertThat(taken()).isEqualTo("a\\x0a\\x22b\\x5c\\x7f\u00ff");
        byte[] bytes = "xx\r\nyy".getBytes(StandardCharsets.US_ASCII);
        line.foreign(bytes, 1, bytes.length, 3);
        assertThat(taken()).isEqualTo("x\\x0d\\x0a");
    }

    @Test
    void aLineGrowsAsItMust() {
        String text = "0123456789".repeat(2_000);
        line.plain(text);
        line.decimal(Long.MAX_VALUE);
        line.foreign("\n".repeat(3_000), -1);
        assertThat(taken()).isEqualTo(text + Long.MAX_VALUE + "\\x0a".repeat(3_000));
        assertThat(taken()).isEmpty();
    }
}
