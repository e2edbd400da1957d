package dev.weft.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JoinTokensTest {
    private static final List<IdentityPattern> SHOP = List.of(IdentityPattern.parse("shop/*"));

    @TempDir
    Path state;

    private final TestClock clock = new TestClock();

    private JoinTokens open() throws IOException {
        return JoinTokens.open(state.resolve("tokens"), clock);
    }

    @Test
    void ofAHundredConcurrentTriesExactlyOneWins() throws Exception {
        try (JoinTokens tokens = open();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            String secret =
                    tokens.create("host-1", SHOP, Duration.ofMinutes(10)).secret();
            CountDownLatch start = new CountDownLatch(1);
            List<Future<JoinTokens.Use>> tries = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                tries.add(threads.submit(() -> {
                    start.await();
                    return tokens.use(secret);
                }));
            }
            start.countDown();
            int granted = 0;
            for (Future<JoinTokens.Use> one : tries) {
                granted += one.get() instanceof JoinTokens.Use.Granted ? 1 : 0;
            }
            assertThat(granted).isEqualTo(1);
        }
    }

    @Test
    void noSecretReadsAsAnOption() {
        List<Integer> firstBytes = new ArrayList<>(List.of(0xf8, 0xfb, 0x04));
        RandomGenerator dashesFirst = new RandomGenerator() {
            @Override
            public long nextLong() {
                return 0;
            }

            @Override
            public void nextBytes(byte[] bytes) {
                bytes[0] = (byte) (int) firstBytes.removeFirst();
            }
        };
        assertThat(JoinTokens.newSecret(dashesFirst)).startsWith("B").hasSizeGreaterThan(26);
        assertThat(firstBytes).isEmpty();
    }

    @Test
    void aTokenIsGoneAfterUseExpiryAndRevocationAlsoAcrossARestart() throws Exception {
        String used;
        String revoked;
        String open;
        try (JoinTokens tokens = open()) {
            used = tokens.create("a", SHOP, Duration.ofMinutes(10)).secret();
            assertThat(tokens.use(used)).isInstanceOf(JoinTokens.Use.Granted.class);
            JoinToken.Created second = tokens.create("b", SHOP, Duration.ofMinutes(10));
            revoked = second.secret();
            assertThat(tokens.revoke(second.token().id())).isTrue();
            assertThat(tokens.revoke(second.token().id())).isFalse();
            open = tokens.create("c", SHOP, Duration.ofMinutes(10)).secret();
        }
        for (int restart = 0; restart < 2; restart++) { // the second reads what the first compacted
            try (JoinTokens tokens = open()) {
                assertThat(tokens.use(used)).isInstanceOf(JoinTokens.Use.Refused.class);
                assertThat(tokens.use(revoked)).isInstanceOf(JoinTokens.Use.Refused.class);
                assertThat(tokens.isOpen(open)).isTrue();
                assertThat(tokens.grants("a")).isEqualTo(SHOP);
                assertThat(tokens.grants("b")).isEmpty();
            }
        }
        clock.advance(Duration.ofMinutes(10));
        try (JoinTokens tokens = open()) {
            assertThat(tokens.use(open))
                    .isEqualTo(new JoinTokens.Use.Refused("token "
                            + tokens.list().stream()
                                    .filter(t -> t.host().equals("c"))
                                    .findFirst()
                                    .orElseThrow()
                                    .id()
                            + " is expired"));
        }
        clock.advance(Duration.ofDays(2));
        try (JoinTokens tokens = open()) {
            assertThat(tokens.list()).isEmpty();
            assertThat(tokens.grants("a")).as("hosts stay known").isEqualTo(SHOP);
        }
    }

    @Test
    void theSecretIsNowhereOnDisk() throws Exception {
        try (JoinTokens tokens = open()) {
            String secret = tokens.create("a", SHOP, Duration.ofMinutes(1)).secret();
            assertThat(secret).hasSizeGreaterThanOrEqualTo(27); // 160 bits in base64
            assertThat(state.resolve("tokens")).content().doesNotContain(secret);
        }
    }

    @Test
    void aTornLastLineIsCutOffAndDamageIsNamed() throws Exception {
        String secret;
        try (JoinTokens tokens = open()) {
            secret = tokens.create("a", SHOP, Duration.ofMinutes(1)).secret();
        }
        Path file = state.resolve("tokens");
        Files.writeString(file, "{\"op\":\"use\",\"id", StandardOpenOption.APPEND);
        try (JoinTokens tokens = open()) {
            assertThat(tokens.use(secret)).isInstanceOf(JoinTokens.Use.Granted.class);
        }
        Files.writeString(file, "nonsense\n{}\n", StandardOpenOption.APPEND);
        assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("damaged");
    }

    @Test
    void limitsAreKept() throws Exception {
        try (JoinTokens tokens = open()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            tokens.create("a", SHOP, Duration.ofMinutes(10).plusSeconds(1)))
                    .withMessageContaining("600 s");
            assertThatIllegalArgumentException().isThrownBy(() -> tokens.create("a", List.of(), Duration.ofMinutes(1)));
            assertThatIllegalArgumentException().isThrownBy(() -> tokens.create("a/b", SHOP, Duration.ofMinutes(1)));
            assertThatIllegalArgumentException().isThrownBy(() -> IdentityPattern.parse("shop"));
            assertThatIllegalArgumentException().isThrownBy(() -> IdentityPattern.parse("sh*p/x"));
        }
    }
}
