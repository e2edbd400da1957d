package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class NettyLogTest {
    @Test
    void argumentsTakeTheirPlaces() {
        assertThat(NettyLog.text("accept on {} failed: {}", "127.0.0.1:80", "too many"))
                .isEqualTo("accept on 127.0.0.1:80 failed: too many");
        assertThat(NettyLog.text("{} of {}", "one")).isEqualTo("one of {}");
        assertThat(NettyLog.text("none", "one")).isEqualTo("none");
    }

    @Test
    void whatIsTheNetworksIsOneLine() {
        assertThat(NettyLog.text("lost {}", "it", new IOException("reset")))
                .isEqualTo("lost it: java.io.IOException: reset");
    }

    @Test
    void anExceptionFollowsWithItsStack() {
        assertThat(NettyLog.text("broken: {}", "pipe", new IllegalStateException("gone")))
                .startsWith("broken: pipe: java.lang.IllegalStateException: gone")
                .contains("NettyLogTest.anExceptionFollowsWithItsStack");
    }
}
