package dev.weft.sources;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class YamlTest {
    @Test
    void nestedAsPeopleWriteIt() {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("name", "orders");
        value.put("count", 3L);
        value.put("empty", List.of());
        value.put("items", List.of(Map.of("a", "b"), "plain", List.of(1L, 2L)));
        value.put("inner", Map.of("deep", Map.of("x", true)));
        assertThat(Yaml.write(value)).isEqualTo("""
                        name: orders
                        count: 3
                        empty: []
                        items:
                        - a: b
                        - plain
                        - - 1
                          - 2
                        inner:
                          deep:
                            x: true
                        """);
    }

    @Test
    void whatCouldBeReadAsSomethingElseIsQuoted() {
        assertThat(Yaml.write(List.of("true", "12", "", "a: b", "no", "10.0.0.1", "x y")))
                .isEqualTo("- \"true\"\n- \"12\"\n- \"\"\n- \"a: b\"\n- \"no\"\n- \"10.0.0.1\"\n- \"x y\"\n");
    }
}
