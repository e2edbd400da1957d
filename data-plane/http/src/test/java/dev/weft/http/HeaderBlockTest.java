package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeaderBlockTest {
    private final HeaderBlock block = new HeaderBlock(8);

    private void add(String name, String value) {
        block.add(Ascii.bytes(name), Ascii.bytes(value));
    }

    @Test
    void namesAreFoundInAnyCaseAndKeepTheirs() {
        add("HoSt", "a");
        add("X-Mine", "1");
        add("x-mine", "2");
        assertThat(block.text(KnownHeader.HOST)).isEqualTo("a");
        assertThat(block.name(0)).isEqualTo("HoSt");
        int first = block.find(Ascii.bytes("x-mine"), 0);
        assertThat(block.value(first)).isEqualTo("1");
        assertThat(block.value(block.find(Ascii.bytes("x-mine"), first + 1))).isEqualTo("2");
        assertThat(block.find(Ascii.bytes("x-min"), 0)).isNegative();
    }

    @Test
    void removedFieldsAreGone() {
        add("Connection", "close");
        add("connection", "x, Keep-Alive , y");
        assertThat(block.listContains(KnownHeader.CONNECTION, Ascii.bytes("keep-alive")))
                .isTrue();
        assertThat(block.listContains(KnownHeader.CONNECTION, Ascii.bytes("keep")))
                .isFalse();
        block.remove(KnownHeader.CONNECTION);
        assertThat(block.has(KnownHeader.CONNECTION)).isFalse();
        assertThat(block.toString()).isEmpty();
    }

    @Test
    void itGrowsAndIsReused() {
        for (int i = 0; i < 200; i++) {
            add("n" + i, "v" + i);
        }
        assertThat(block.value(199)).isEqualTo("v199");
        block.clear();
        assertThat(block.count()).isZero();
        add("Host", "again");
        assertThat(block.text(KnownHeader.HOST)).isEqualTo("again");
    }

    @Test
    void numbersAreReadAndWritten() {
        byte[] out = new byte[20];
        for (long number : new long[] {0, 7, 10, 99, 1024, 123_456_789_012L, Long.MAX_VALUE}) {
            int end = Ascii.writeDecimal(out, 0, number);
            assertThat(Ascii.text(out, 0, end)).isEqualTo(Long.toString(number));
            assertThat(Ascii.parseDecimal(out, 0, end)).isEqualTo(number);
        }
        assertThat(Ascii.parseDecimal(Ascii.bytes("1x"), 0, 2)).isNegative();
        assertThat(Ascii.parseDecimal(Ascii.bytes(""), 0, 0)).isNegative();
    }

    @ParameterizedTest
    @CsvSource({
        "000000000000000000000000000005, 5",
        "0000000000000000000, 0",
        "1000000000000000000, 1000000000000000000",
        "09223372036854775807, 9223372036854775807",
        "9223372036854775808, -1",
        "18446744073709551621, -1",
        "99999999999999999999, -1"
    })
    void zerosMayLeadANumber(String text, long number) {
        assertThat(Ascii.parseDecimal(Ascii.bytes(text), 0, text.length())).isEqualTo(number);
    }
}
