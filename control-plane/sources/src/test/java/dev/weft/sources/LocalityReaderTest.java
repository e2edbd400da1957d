package dev.weft.sources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.meshmodel.LoadBalancer;
import dev.weft.meshmodel.LocalityPreference;
import dev.weft.meshmodel.TrafficPolicy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code localityLbSetting} of a TrafficPolicy. */
class LocalityReaderTest {
    private static ParsedDocument read(String setting) {
        return DocumentReader.read("""
                apiVersion: weft.dev/v1
                kind: TrafficPolicy
                metadata: {name: p, namespace: shop}
                spec:
                  targetRefs: [{name: a}]
                  loadBalancer: {localityLbSetting: %s}
                """.formatted(setting));
    }

    private static LocalityPreference valid(String setting) {
        ParsedDocument document = read(setting);
        assertThat(document.diagnostics()).isEmpty();
        LoadBalancer balancer = ((TrafficPolicy) document.resource()).loadBalancer();
        return balancer.locality();
    }

    @Test
    void whatIsSaidIsTaken() {
        assertThat(valid("{}")).isEqualTo(new LocalityPreference(List.of(), Map.of(), List.of()));
        assertThat(valid("{enabled: false, failoverPriority: [rack]}")).isNull();
        assertThat(valid("{failover: [{from: eu, to: us}]}").failover()).isEqualTo(Map.of("eu", "us"));
        assertThat(valid("{failoverPriority: [rack, network=fast]}").failoverPriority())
                .containsExactly("rack", "network=fast");
        assertThat(valid("{distribute: [{from: eu/a/*, to: {eu/a/*: 80, us/*: 20}}]}")
                        .distribute())
                .containsExactly(new LocalityPreference.Distribution("eu/a/*", Map.of("eu/a/*", 80, "us/*", 20)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{failover: [{from: eu, to: eu}]} | bad-value failover[0]",
                "{failover: [{from: eu/a, to: us}]} | bad-value failover[0]",
                "{failover: [{from: eu, to: us}, {from: eu, to: asia}]} | bad-value failover[1].from",
                "{distribute: [{from: eu, to: {eu: 80}}]} | bad-value distribute[0].to",
                "{distribute: [{from: a/b/c/d, to: {eu: 100}}]} | bad-value distribute[0].from",
                "{distribute: [{from: eu, to: {'*/a': 100}}]} | bad-value distribute[0].to.*/a",
                "{failoverPriority: [a], failover: [{from: eu, to: us}]} | bad-value -",
                "{other: 1} | unknown-field other"
            })
    void whatCannotBeIsNamed(String setting, String expected) {
        ParsedDocument document = read(setting);
        assertThat(document.diagnostics()).hasSize(1);
        String path = document.diagnostics().getFirst().path();
        String below = path.substring("spec.loadBalancer.localityLbSetting".length());
        assertThat(document.diagnostics().getFirst().code() + " " + (below.isEmpty() ? "-" : below.substring(1)))
                .isEqualTo(expected);
    }
}
