package dev.weft.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class JoinedMapTest {
    @Test
    void equalsTheTwoPutIntoOne() {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            Map<String, Integer> shared = new HashMap<>();
            Map<String, Integer> own = new TreeMap<>();
            for (int i = random.nextInt(6); i > 0; i--) {
                shared.put("s" + random.nextInt(8), i);
                own.put("o" + random.nextInt(8), i);
            }
            Map<String, Integer> both = new HashMap<>(shared);
            both.putAll(own);
            Map<String, Integer> joined = new JoinedMap<>(shared, own);
            assertThat(joined).isEqualTo(both).hasSameHashCodeAs(both).hasSize(both.size());
            assertThat(new HashMap<>(joined)).isEqualTo(both);
            for (String prefix : new String[] {"s", "o", "x"}) {
                for (int i = 0; i < 8; i++) {
                    assertThat(joined.get(prefix + i)).isEqualTo(both.get(prefix + i));
                    assertThat(joined.containsKey(prefix + i)).isEqualTo(both.containsKey(prefix + i));
                }
            }
        }
    }

    @Test
    void cannotBeChanged() {
        Map<String, Integer> joined = new JoinedMap<>(Map.of("a", 1), Map.of("b", 2));
        assertThatThrownBy(() -> joined.put("c", 3)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> joined.remove("a")).isInstanceOf(UnsupportedOperationException.class);
    }
}
