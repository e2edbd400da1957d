package dev.weft.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExplicitPortsTest {
    @Test
    void aPortMovesByTenThousandDownWhereItWouldNotFit() {
        assertThat(ExplicitPorts.inbound(List.of(80, 8080, 60_000)))
                .isEqualTo(Map.of(80, 10_080, 8080, 18_080, 60_000, 50_000));
    }

    @Test
    void whatWouldMeetAnotherPortGoesToTheNextFreeOne() {
        assertThat(ExplicitPorts.inbound(List.of(5000, 5001, 5021)))
                .isEqualTo(Map.of(5000, 15_100, 5001, 15_101, 5021, 15_102));
        assertThat(ExplicitPorts.inbound(List.of(8080, 18_080))).isEqualTo(Map.of(8080, 18_081, 18_080, 28_080));
        // past the last port the search goes on at the lowest
        assertThat(ExplicitPorts.inbound(List.of(55_535, 65_535))).isEqualTo(Map.of(55_535, 10_000, 65_535, 55_536));
    }

    @Test
    void noTwoMeetWhateverThePortsAndTheirOrder() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            List<Integer> ports = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                // near to each other's images and to the sidecar's own
                ports.add((i % 2 == 0 ? 4_990 : 15_100) + random.nextInt(200));
            }
            ports.removeAll(ExplicitPorts.SIDECAR);
            Map<Integer, Integer> inbound = ExplicitPorts.inbound(ports);
            Collections.shuffle(ports, random);
            assertThat(ExplicitPorts.inbound(ports)).isEqualTo(inbound);
            Set<Integer> all = new HashSet<>(ports);
            all.addAll(ExplicitPorts.SIDECAR);
            for (int at : inbound.values()) {
                assertThat(at).isBetween(1, 65_535);
                assertThat(all.add(at)).as("%s of %s is free", at, inbound).isTrue();
            }
        }
    }
}
