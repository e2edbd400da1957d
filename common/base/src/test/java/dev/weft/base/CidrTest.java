package dev.weft.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {
    @Test
    void containsAgreesWithANaiveOracle() {
        Random random = new Random(7);
        for (int i = 0; i < 200_000; i++) {
            int length = random.nextBoolean() ? 4 : 16;
            byte[] network = new byte[length];
            byte[] address = new byte[length];
            random.nextBytes(network);
            int bits = random.nextInt(length * 8 + 1);
            System.arraycopy(network, 0, address, 0, length);
            int flipped = random.nextInt(length * 8);
            if (random.nextInt(4) > 0) {
                address[flipped / 8] ^= (byte) (0x80 >> flipped % 8);
            }
            BigInteger difference = new BigInteger(1, network).xor(new BigInteger(1, address));
            boolean expected = difference.shiftRight(length * 8 - bits).signum() == 0;
            assertThat(Cidr.of(network, bits).contains(address)).isEqualTo(expected);
        }
    }

    @Test
    void hostBitsDoNotMatter() {
        assertThat(Cidr.parse("10.1.2.3/8")).isEqualTo(Cidr.parse("10.0.0.0/8")).hasToString("10.0.0.0/8");
    }

    @Test
    void aLoneAddressIsANetworkOfOne() {
        assertThat(Cidr.parse("::1").bits()).isEqualTo(128);
        assertThat(Cidr.parse("127.0.0.1").contains(new byte[] {127, 0, 0, 1})).isTrue();
    }

    @Test
    void ipv4NeverMatchesAnIpv6Network() {
        assertThat(Cidr.parse("::/0").contains(new byte[4])).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/8", "10.0.0.0/33", "10.0.0/8", "localhost", "10.0.0.0/x", "::1/129", "10.0.0.0/-1"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
