package dev.weft.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class XxHash64Test {
    /** What the reference implementation ({@code xxhsum -H1}) says. */
    @ParameterizedTest
    @CsvSource({
        "'', ef46db3751d8e999",
        "a, d24ec4f1a98c6e5b",
        "abc, 44bc2cf5ad770999",
        "Nobody inspects the spammish repetition, fbcea83c8a378bf1"
    })
    void hashesAsTheReferenceDoes(String text, String hash) {
        byte[] bytes = ("--" + text + "--").getBytes(StandardCharsets.US_ASCII);
        assertThat(XxHash64.hash(bytes, 2, bytes.length - 2, 0)).isEqualTo(Long.parseUnsignedLong(hash, 16));
    }
}
