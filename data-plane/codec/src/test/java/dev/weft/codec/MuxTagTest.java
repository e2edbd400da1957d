package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MuxTagTest {
    private static String tagOf(List<String> names) {
        OutArray out = new OutArray(1);
        for (String name : names) {
            byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
            MuxTag.append(out, bytes, 0, bytes.length);
        }
        return new String(out.bytes(), 0, out.length(), StandardCharsets.ISO_8859_1);
    }

    /** What the names are when they come in lower case with that tag. */
    private static List<String> restored(String tag, List<String> names) {
        byte[] array = tag.getBytes(StandardCharsets.ISO_8859_1);
        List<String> restored = new ArrayList<>();
        MuxTag reader = new MuxTag();
        byte[] bytes = new byte[array.length + 256];
        System.arraycopy(array, 0, bytes, 0, array.length);
        reader.begin(0, array.length);
        for (String name : names) {
            byte[] lower = name.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.ISO_8859_1);
            System.arraycopy(lower, 0, bytes, array.length, lower.length);
            reader.apply(bytes, array.length, array.length + lower.length);
            restored.add(new String(bytes, array.length, lower.length, StandardCharsets.ISO_8859_1));
        }
        return restored;
    }

    @ParameterizedTest
    @CsvSource({"host, l", "Host, t", "User-Agent, t", "ETag, x3.", "X-A1-b, x50.", "x, l", "X, t", "1-2, l", "DNT, x7."
    })
    void eachNameTakesALetterOrAMask(String name, String tag) {
        assertThat(tagOf(List.of(name))).isEqualTo(tag);
    }

    @Test
    void namesOfAnyCaseComeBackAsTheyWere() {
        String letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~";
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 2_000; round++) {
            List<String> names = new ArrayList<>();
            for (int n = random.nextInt(12); n > 0; n--) {
                StringBuilder name = new StringBuilder();
                for (int length = 1 + random.nextInt(40); length > 0; length--) {
                    name.append(letters.charAt(random.nextInt(letters.length())));
                }
                names.add(name.toString());
            }
            assertThat(restored(tagOf(names), names)).isEqualTo(names);
        }
    }

    @Test
    void aTagThatMakesNoSenseHarmsNothing() {
        SplittableRandom random = new SplittableRandom(8);
        List<String> names = List.of("host", "x-request-id", "etag", "a");
        for (int round = 0; round < 20_000; round++) {
            StringBuilder tag = new StringBuilder();
            for (int length = random.nextInt(20); length > 0; length--) {
                tag.append("ltx.0f8 \u00ff~".charAt(random.nextInt(10)));
            }
            assertThat(restored(tag.toString(), names))
                    .as("tag %s", tag)
                    .zipSatisfy(names, (is, was) -> assertThat(is).isEqualToIgnoringCase(was));
        }
    }
}
