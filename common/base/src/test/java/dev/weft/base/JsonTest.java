package dev.weft.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void anyValueSurvivesWritingAndReading() {
        Random random = new Random(11);
        for (int i = 0; i < 20_000; i++) {
            Object value = value(random, 4);
            assertThat(Json.parse(Json.write(value))).isEqualTo(value);
            assertThat(Json.parse(Json.writePretty(value))).isEqualTo(value);
        }
    }

    @Test
    void readsWhatTheStandardAllows() {
        assertThat(Json.parse(" {\"a\" : [1, -2.5e3, true, false, null, \"\\u00e4\\n\\/\"]} "))
                .isEqualTo(Map.of("a", java.util.Arrays.asList(1L, -2500.0, true, false, null, "ä\n/")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[1,]",
                "{\"a\":1,}",
                "{a:1}",
                "01",
                "1.",
                "+1",
                "\"\t\"",
                "\"\\x\"",
                "nul",
                "1 2",
                "'a'",
                "{\"a\":1,\"a\":2}",
                "[1 2]",
                "\"\\u12g4\"",
                "-",
                "1e",
                "\"open"
            })
    void refusesWhatItForbids(String text) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(Json.JsonException.class);
    }

    @Test
    void saysWhereTheMistakeIs() {
        assertThatThrownBy(() -> Json.parse("{\n  \"a\": oops\n}")).hasMessageContaining("line 2, column 8");
    }

    @Test
    void depthIsBounded() {
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000))).isInstanceOf(Json.JsonException.class);
    }

    private static Object value(Random random, int depth) {
        switch (random.nextInt(depth > 0 ? 6 : 4)) {
            case 0:
                return (long) random.nextInt();
            case 1:
                return random.nextDouble() + 0.5;
            case 2:
                return random.nextBoolean();
            case 3:
                StringBuilder text = new StringBuilder();
                for (int i = random.nextInt(8); i > 0; i--) {
                    text.append((char) random.nextInt(0xd800));
                }
                return text.toString();
            case 4:
                List<Object> list = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(value(random, depth - 1));
                }
                return list;
            default:
                Map<String, Object> map = new LinkedHashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    map.put("k" + i, value(random, depth - 1));
                }
                return map;
        }
    }
}
