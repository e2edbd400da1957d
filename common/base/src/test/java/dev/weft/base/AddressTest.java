package dev.weft.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
    @Test
    void readsNamesAndBothKindsOfLiterals() {
        assertThat(Address.parse("payments:80")).isEqualTo(new Address("payments", 80));
        assertThat(Address.parse("127.0.0.1:0")).isEqualTo(new Address("127.0.0.1", 0));
        assertThat(Address.parse("[::1]:15006"))
                .isEqualTo(new Address("::1", 15006))
                .hasToString("[::1]:15006");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":80", "a", "a:", "a:b", "a:65536", "a:-1", "::1:80", "[]:80"})
    void refusesTheRest(String text) {
        assertThatThrownBy(() -> Address.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
