package dev.weft.meshmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.meshmodel.LocalityPreference.Distribution;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How far endpoints are from a caller, in Istio's order. */
class LocalityPreferenceTest {
    private static Whereabouts at(String locality, String... labels) {
        Map<String, String> map = new java.util.HashMap<>();
        for (int i = 0; i < labels.length; i += 2) {
            map.put(labels[i], labels[i + 1]);
        }
        return new Whereabouts(locality == null ? "" : locality, map);
    }

    @ParameterizedTest
    @CsvSource({
        "eu/a/1, eu/a/1, 0",
        "eu/a/1, eu/a/2, 1",
        "eu/a/1, eu/a, 1",
        "eu/a/1, eu/b/1, 2",
        "eu/a/1, us/a/1, 3",
        "eu/a/1, , 3",
        ", eu/a/1, 0",
        "eu, eu/a, 2"
    })
    void theNearerTheSooner(String caller, String endpoint, int distance) {
        LocalityPreference nearest = new LocalityPreference(List.of(), Map.of(), List.of());
        assertThat(nearest.distance(at(caller), at(endpoint))).isEqualTo(distance);
    }

    @ParameterizedTest
    @CsvSource({"eu/a, 0", "eu/b, 2", "us/a, 3", "asia/a, 4"})
    void aRegionMayComeNext(String endpoint, int distance) {
        LocalityPreference failover = new LocalityPreference(List.of(), Map.of("eu", "us"), List.of());
        assertThat(failover.distance(at("eu/a"), at(endpoint))).isEqualTo(distance);
    }

    @Test
    void labelsCountInTheirOrder() {
        LocalityPreference labels = new LocalityPreference(
                List.of(), Map.of(), List.of("topology.kubernetes.io/region", "rack", "network=fast"));
        Whereabouts caller = at("eu/a", "rack", "r1");
        assertThat(labels.distance(caller, at("eu/b", "rack", "r1", "network", "fast")))
                .isEqualTo(0);
        assertThat(labels.distance(caller, at("eu/b", "rack", "r1"))).isEqualTo(1);
        assertThat(labels.distance(caller, at("eu/b", "network", "fast"))).isEqualTo(2);
        assertThat(labels.distance(caller, at("us/a", "rack", "r1", "network", "fast")))
                .isEqualTo(3);
        assertThat(labels.distance(at("", "rack", "r1"), at("", "rack", "r1"))).isEqualTo(3);
    }

    @Test
    void aPatternMeansWholeParts() {
        assertThat(LocalityPreference.covers("*", "")).isTrue();
        assertThat(LocalityPreference.covers("eu/*", "eu/a/1")).isTrue();
        assertThat(LocalityPreference.covers("eu/*", "eu")).isTrue();
        assertThat(LocalityPreference.covers("eu", "eu/a")).isTrue();
        assertThat(LocalityPreference.covers("eu/a", "eu/ab")).isFalse();
        assertThat(LocalityPreference.covers("eu/a/*", "eu")).isFalse();
        Distribution some = new Distribution("eu", Map.of("*", 10, "eu/*", 20, "eu/a", 70));
        assertThat(some.pattern("eu/a/1")).isEqualTo("eu/a");
        assertThat(some.pattern("eu/b")).isEqualTo("eu/*");
        assertThat(some.pattern("us")).isEqualTo("*");
    }
}
