package dev.weft.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SharedConnectionsTest {
    private static long seconds(int n) {
        return TimeUnit.SECONDS.toNanos(n);
    }

    @Test
    void whereSegmentsGetLostAConnectionCarriesLess() {
        SharedConnections sharing = new SharedConnections();
        int share = sharing.share();
        sharing.look(seconds(1), 0);
        assertThat(sharing.share()).isEqualTo(share);
        sharing.look(seconds(2), 1);
        assertThat(sharing.share()).isLessThan(share);
    }

    @Test
    void lossIsForgottenTenSecondsAfterTheLast() {
        SharedConnections sharing = new SharedConnections();
        int share = sharing.share();
        sharing.look(seconds(1), 1);
        sharing.look(seconds(5), 2);
        sharing.look(seconds(14), 2);
        assertThat(sharing.share()).isLessThan(share);
        sharing.look(seconds(15), 2);
        assertThat(sharing.share()).isEqualTo(share);
    }

    @Test
    void aConnectionThatClosedIsNoLoss() {
        SharedConnections sharing = new SharedConnections();
        int share = sharing.share();
        sharing.look(seconds(1), 5);
        sharing.look(seconds(20), 0);
        assertThat(sharing.share()).isEqualTo(share);
        sharing.look(seconds(21), 1);
        assertThat(sharing.share()).isLessThan(share);
    }

    @Test
    void anotherConnectionIsNotTriedRightAfterOneThatFailed() {
        SharedConnections sharing = new SharedConnections();
        assertThat(sharing.mayGrow(1, seconds(5))).isTrue();
        assertThat(sharing.mayGrow(SharedConnections.MOST, seconds(5))).isFalse();
        sharing.attempted(false, seconds(5));
        assertThat(sharing.mayGrow(1, seconds(6) - 1)).isFalse();
        assertThat(sharing.mayGrow(1, seconds(6))).isTrue();
        sharing.attempted(true, seconds(6));
        assertThat(sharing.mayGrow(2, seconds(6))).isTrue();
    }

    @Test
    void theKernelIsAskedOnceASecondAtMost() {
        SharedConnections sharing = new SharedConnections();
        sharing.look(seconds(1), 0);
        int asked = 0;
        for (int i = 0; i < 6_400; i++) {
            if (sharing.picked()) {
                asked++;
            }
        }
        assertThat(asked).isEqualTo(100);
        assertThat(sharing.isLookDue(seconds(2) - 1)).isFalse();
        assertThat(sharing.isLookDue(seconds(2))).isTrue();
    }
}
