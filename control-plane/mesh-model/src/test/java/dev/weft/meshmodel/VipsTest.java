package dev.weft.meshmodel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VipsTest {
    private static List<ResourceKey> services(int count) {
        List<ResourceKey> services = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            services.add(ResourceKey.service("ns" + i % 7, "service-" + i));
        }
        return services;
    }

    @Test
    void addressesAreDistinctAndInTheNetwork() {
        List<ResourceKey> services = services(5_000);
        Vips vips = Vips.EMPTY.with(services);
        Set<String> seen = new HashSet<>();
        for (ResourceKey service : services) {
            String address = vips.address(service);
            assertThat(address)
                    .startsWith("240.240.")
                    .isNotEqualTo("240.240.0.0")
                    .isNotEqualTo("240.240.255.255");
            assertThat(seen.add(address)).as(address).isTrue();
        }
    }

    @Test
    void sameServicesGetTheSameAddressesInAnyOrder() {
        List<ResourceKey> services = services(5_000);
        Vips vips = Vips.EMPTY.with(services);
        Collections.shuffle(services, new Random(1));
        assertThat(Vips.EMPTY.with(services).lines()).isEqualTo(vips.lines());
    }

    @Test
    void additionsAndRemovalsMoveNobody() {
        List<ResourceKey> services = services(5_000);
        Vips before = Vips.EMPTY.with(services.subList(2_500, 5_000));
        Vips after = before.with(services).with(services.subList(0, 10));
        for (ResourceKey service : services.subList(2_500, 5_000)) {
            assertThat(after.address(service)).isEqualTo(before.address(service));
        }
    }

    @Test
    void tableSurvivesARestart() {
        List<ResourceKey> services = services(5_000);
        // grown step by step, so collisions were resolved in another order than a fresh start would
        Vips grown = Vips.EMPTY;
        for (int i = services.size(); i > 0; i -= 500) {
            grown = grown.with(services.subList(i - 500, services.size()));
        }
        Vips restarted = Vips.parse(grown.lines()).with(services);
        assertThat(restarted.lines()).isEqualTo(grown.lines());
    }

    @Test
    void damagedLinesAreLeftOut() {
        Vips vips = Vips.parse(List.of("a/b 5", "a/c 5", "", "x", "a/d -1", "a/e 99999", "a/f z", "a/g 6"));
        assertThat(vips.lines()).containsExactly("a/b 5", "a/g 6");
    }

    @Test
    void knownAddressStaysTheSameInEveryVersion() {
        // changing the hash would move every Service of every mesh
        Vips vips = Vips.EMPTY.with(List.of(ResourceKey.service("shop", "payments")));
        assertThat(vips.address(ResourceKey.service("shop", "payments"))).isEqualTo("240.240.215.215");
        assertThat(vips.address(ResourceKey.service("shop", "unknown"))).isNull();
    }
}
