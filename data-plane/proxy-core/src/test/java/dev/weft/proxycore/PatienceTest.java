package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private static final long WHOLE = TimeUnit.MILLISECONDS.toNanos(200);

    private final Patience patience = new Patience();

    private long millis() {
        return TimeUnit.NANOSECONDS.toMillis(patience.of(WHOLE));
    }

    private void silence(int times) {
        for (int i = 0; i < times; i++) {
            patience.ranOut();
        }
    }

    @Test
    void silentClientsInARowShortenTheDeadlineStepByStep() {
        silence(2);
        assertThat(millis()).isEqualTo(200);
        silence(1);
        assertThat(millis()).isEqualTo(50);
        silence(2);
        assertThat(millis()).isEqualTo(50);
        silence(1);
        assertThat(millis()).isEqualTo(10);
        silence(100);
        assertThat(millis()).isEqualTo(10);
    }

    @Test
    void oneHttpClientBringsTheWholeDeadlineBack() {
        silence(6);
        patience.sawHttp();
        assertThat(millis()).isEqualTo(200);
        silence(2);
        assertThat(millis()).isEqualTo(200);
    }

    @Test
    void aClientThatSpeaksSomethingElseBreaksTheRowOnly() {
        silence(2);
        patience.sawOther();
        silence(2);
        assertThat(millis()).isEqualTo(200);
        silence(1);
        patience.sawOther();
        assertThat(millis()).isEqualTo(50);
    }
}
