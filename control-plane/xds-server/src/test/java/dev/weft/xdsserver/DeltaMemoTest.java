package dev.weft.xdsserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.JoinedMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeltaMemoTest {
    private static Map<String, XdsResource> some(Random random, String names) {
        Map<String, XdsResource> made = new HashMap<>();
        for (String name : names.split("", -1)) {
            if (!name.isEmpty() && random.nextBoolean()) {
                made.put(name, new XdsResource(name, "v" + random.nextInt(2), new byte[0]));
            }
        }
        return made;
    }

    /** Either part may be the same object as before; names may move from one part to the other. */
    @Test
    void differencesOfJoinedMapsAreThoseOfWholeOnes() {
        DeltaMemo memo = new DeltaMemo();
        Random random = new Random(7);
        Map<String, XdsResource> shared = Map.of();
        Map<String, XdsResource> own = Map.of();
        for (int round = 0; round < 2000; round++) {
            JoinedMap<XdsResource> then = new JoinedMap<>(shared, own);
            if (random.nextInt(3) == 0) {
                shared = some(random, "abcx");
            }
            if (random.nextInt(3) == 0) {
                own = some(random, "xyz");
            }
            if (shared.containsKey("x") && own.containsKey("x")) {
                own = new HashMap<>(own);
                own.remove("x");
            }
            JoinedMap<XdsResource> now = new JoinedMap<>(shared, own);
            TypeDelta expected = TypeDelta.between(new HashMap<>(then), new HashMap<>(now));
            TypeDelta found = memo.between(then, now);
            assertThat(set(found.changed())).isEqualTo(set(expected.changed()));
            assertThat(set(found.removed())).isEqualTo(set(expected.removed()));
        }
    }

    private static Set<XdsResource> set(Iterable<XdsResource> resources) {
        Set<XdsResource> all = new HashSet<>();
        resources.forEach(all::add);
        return all;
    }

    @Test
    void classesThatShareAPartShareItsDifference() {
        DeltaMemo memo = new DeltaMemo();
        Random random = new Random(1);
        Map<String, XdsResource> before = some(random, "abcdef");
        Map<String, XdsResource> after = some(random, "abcdef");
        TypeDelta one = null;
        for (String own : new String[] {"x", "y"}) {
            Map<String, XdsResource> mine = Map.of(own, new XdsResource(own, "v", new byte[0]));
            TypeDelta found = memo.between(new JoinedMap<>(before, mine), new JoinedMap<>(after, mine));
            assertThat(one == null || one == found).isTrue();
            one = found;
        }
    }
}
