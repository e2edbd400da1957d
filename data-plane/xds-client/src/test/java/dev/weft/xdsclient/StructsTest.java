package dev.weft.xdsclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StructsTest {
    @Test
    void everyJsonValueSurvives() {
        Map<String, Object> nested = new LinkedHashMap<>();
        nested.put("null", null);
        nested.put("empty", "");
        nested.put("zero", 0.0);
        nested.put("no", false);
        Map<String, Object> struct = Map.of(
                "NAME",
                "payments",
                "LABELS",
                nested,
                "ports",
                new ArrayList<>(Arrays.asList(8080.0, "x", List.of(), Map.of(), true)));
        assertThat(Structs.read(Structs.write(struct))).isEqualTo(struct);
    }

    @Test
    void bytesAreWhatProtobufWrites() {
        // google.protobuf.Struct{fields{key:"a" value{number_value:1}}}
        assertThat(Structs.write(Map.of("a", 1)))
                .containsExactly(10, 14, 10, 1, 'a', 18, 9, 17, 0, 0, 0, 0, 0, 0, 0xF0 - 256, 0x3F);
    }

    @Test
    void hostileBytesAreRefusedAndNothingElse() {
        Random random = new Random(7);
        byte[] valid = Structs.write(Map.of("a", List.of(1, "b", Map.of("c", true)), "d", "e"));
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = valid.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            byte[] input = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            try {
                Structs.read(input);
            } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageContaining("google.protobuf.Struct");
            }
        }
    }

    @Test
    void depthIsBounded() {
        Object value = "x";
        for (int i = 0; i < 200; i++) {
            value = Map.of("n", value);
        }
        Object deep = value;
        assertThatThrownBy(() -> Structs.read(Structs.write(Map.of("n", deep))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("deeper");
    }
}
