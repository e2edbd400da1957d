package dev.weft.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpLiteralTest {
    private static byte @Nullable [] parse(String text) {
        byte[] bytes = ("<" + text + ">").getBytes(StandardCharsets.ISO_8859_1);
        return IpLiteral.parse(bytes, 1, bytes.length - 1);
    }

    /** As glibc's inet_pton and inet_ntop make of each other's output. */
    @ParameterizedTest
    @CsvSource({
        "1.2.3.4, 1.2.3.4",
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255",
        "::, ::",
        "::1, ::1",
        "0:0:0:0:0:0:0:1, ::1",
        "2001:DB8::00a, 2001:db8::a",
        "1::, 1::",
        "1:0:0:2::, 1:0:0:2::",
        "0:1:0:0:1:0:0:0, 0:1:0:0:1::",
        "0:0:1:0:0:1:0:0, ::1:0:0:1:0:0",
        "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
        "1:2:0:4:5:6:7:8, 1:2:0:4:5:6:7:8",
        "::ffff:1.2.3.4, ::ffff:1.2.3.4",
        "::ffff:102:304, ::ffff:1.2.3.4",
        "::102:304, ::1.2.3.4",
        "64:ff9b::1.2.3.4, 64:ff9b::102:304",
        "1:2:3:4:5:6:1.2.3.4, 1:2:3:4:5:6:102:304"
    })
    void anAddressIsReadAndWritten(String text, String written) {
        byte[] address = parse(text);
        assertThat(address).isNotNull().hasSize(text.contains(":") ? 16 : 4);
        assertThat(IpLiteral.format(address)).isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "unknown",
                "1.2.3",
                "1.2.3.",
                "1.2.3.4.",
                ".1.2.3.4",
                "1..2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "01.2.3.4",
                "1.2.3.00",
                "1.2.3.4 ",
                "1.2.3.4:80",
                "0x1.2.3.4",
                "16909060",
                ":",
                ":::",
                ":1",
                "1:",
                "1::2::3",
                "12345::",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "::1:2:3:4:5:6:7:8",
                "1:2:3:4:5:6:7:1.2.3.4",
                "::1.2.3",
                "::1.2.3.4:5",
                "::g",
                "[::1]",
                "fe80::1%eth0"
            })
    void whatIsNoAddressIsNone(String text) {
        assertThat(parse(text)).isNull();
    }

    @Test
    void anyAddressReadsAsItWasWrittenAndMeansWhatTheJdkReads() throws Exception {
        Random random = new Random(3);
        for (int i = 0; i < 100_000; i++) {
            byte[] address = new byte[random.nextBoolean() ? 4 : 16];
            for (int k = 0; k < address.length; k++) {
                address[k] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : 0);
            }
            String text = IpLiteral.format(address);
            assertThat(parse(text)).isEqualTo(address);
            InetAddress read = InetAddress.getByName(text); // a literal, so nobody is asked
            assertThat(read).isEqualTo(InetAddress.getByAddress(address));
        }
    }

    @Test
    void anythingElseHasNoText() {
        assertThatThrownBy(() -> IpLiteral.format(new byte[5])).isInstanceOf(IllegalArgumentException.class);
    }
}
