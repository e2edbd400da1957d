package dev.weft.xdsmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import dev.weft.xdsmodel.LoadBalancing.LocalityLb;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a cluster says of its balancer, in the older fields and the newer one. */
class LoadBalancingTest {
    private static final String STOCK = "type.googleapis.com/envoy.extensions.load_balancing_policies.";

    private static String cluster(String fields) {
        return "{\"name\": \"c\", " + fields + "}";
    }

    private static LoadBalancing read(String fields) {
        return WireReaderTest.ok(XdsReader.clusterJson(cluster(fields))).loadBalancing();
    }

    private static String policies(String... any) {
        StringBuilder list = new StringBuilder();
        for (String each : any) {
            list.append(list.isEmpty() ? "" : ", ")
                    .append("{\"typed_extension_config\": {\"name\": \"p\", \"typed_config\": ")
                    .append(each)
                    .append("}}");
        }
        return "\"load_balancing_policy\": {\"policies\": [" + list + "]}";
    }

    private static String stock(String type, String fields) {
        return "{\"@type\": \"" + STOCK + type + "\"" + (fields.isEmpty() ? "" : ", " + fields) + "}";
    }

    private static String own(String type, String value) {
        return "{\"@type\": \"type.googleapis.com/xds.type.v3.TypedStruct\", \"type_url\": \"type.googleapis.com/weft.dev."
                + type + "\", \"value\": " + value + "}";
    }

    @Test
    void defaultsAreEnvoys() {
        assertThat(read("\"lb_policy\": \"RING_HASH\"").policy())
                .isEqualTo(new LbPolicy.RingHash(1024, 8388608, LbPolicy.HashFunction.XX_HASH, false));
        assertThat(read("\"lb_policy\": \"MAGLEV\"").policy()).isEqualTo(new LbPolicy.Maglev(65537, false));
        assertThat(read("\"type\": \"STATIC\"").locality()).isEqualTo(new LocalityLb.ZoneAware(100, 6, false));
        assertThat(read("\"type\": \"STATIC\"").slowStart()).isNull();
    }

    @Test
    void theFirstKnownPolicyIsTaken() {
        LoadBalancing read = read(policies(
                own("SomethingNew", "{}"),
                own("PeakEwma", "{\"decay_time\": \"1.5s\"}"),
                stock("round_robin.v3.RoundRobin", "")));
        assertThat(read.policy()).isEqualTo(new LbPolicy.PeakEwma(Duration.ofMillis(1500)));
    }

    @Test
    void anApertureTakesThePolicyThatFollows() {
        String leastRequest = stock("least_request.v3.LeastRequest", "\"choice_count\": 3");
        assertThat(read(policies(own("Aperture", "{\"size\": 20}"), own("Unknown", "{}"), leastRequest))
                        .policy())
                .isEqualTo(new LbPolicy.Aperture(20, null, new LbPolicy.LeastRequest(3)));
        assertThat(read(policies(own("Aperture", "{\"coordinate\": 0.25}"), own("PeakEwma", "{}"), leastRequest))
                        .policy())
                .isEqualTo(new LbPolicy.Aperture(12, 0.25, new LbPolicy.PeakEwma(Duration.ofSeconds(10))));
    }

    @Test
    void slowStartIsReadWhereverItStands() {
        LoadBalancing.SlowStart thirty = new LoadBalancing.SlowStart(Duration.ofSeconds(30), 1, 10);
        String config = "\"slow_start_config\": {\"slow_start_window\": \"30s\"}";
        assertThat(read("\"round_robin_lb_config\": {" + config + "}").slowStart())
                .isEqualTo(thirty);
        assertThat(read(policies(stock("least_request.v3.LeastRequest", config)))
                        .slowStart())
                .isEqualTo(thirty);
        assertThat(read("\"lb_policy\": \"MAGLEV\", \"metadata\": {\"filter_metadata\": {\"weft\": "
                                + "{\"slow_start\": {\"window\": \"30s\"}}}}")
                        .slowStart())
                .isEqualTo(thirty);
    }

    @Test
    void policiesMayContainPolicies() {
        String inner = "{\"policies\": [{\"typed_extension_config\": {\"name\": \"p\", \"typed_config\": "
                + stock("maglev.v3.Maglev", "\"table_size\": 13") + "}}]}";
        LoadBalancing weighted =
                read(policies(stock("wrr_locality.v3.WrrLocality", "\"endpoint_picking_policy\": " + inner)));
        assertThat(weighted.policy()).isEqualTo(new LbPolicy.Maglev(13, false));
        assertThat(weighted.locality()).isEqualTo(new LocalityLb.Weighted());
        LoadBalancing subsets = read(policies(stock(
                "subset.v3.Subset",
                "\"subset_selectors\": [{\"keys\": [\"version\"]}], \"subset_lb_policy\": " + inner)));
        assertThat(subsets.policy()).isEqualTo(new LbPolicy.Maglev(13, false));
        assertThat(subsets.subsets())
                .isEqualTo(new SubsetConfig(
                        SubsetConfig.Fallback.NO_FALLBACK,
                        Map.of(),
                        List.of(new SubsetConfig.Selector(
                                List.of("version"), SubsetConfig.SelectorFallback.NOT_DEFINED, List.of())),
                        false,
                        false,
                        false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"lb_policy\": \"MAGLEV\", \"maglev_lb_config\": {\"table_size\": 100} | maglev_lb_config.table_size",
                "\"ring_hash_lb_config\": {\"minimum_ring_size\": 10, \"maximum_ring_size\": 5} | ring_hash_lb_config.minimum_ring_size",
                "\"round_robin_lb_config\": {\"slow_start_config\": {\"slow_start_window\": \"1s\", \"aggression\": {\"default_value\": 0, \"runtime_key\": \"x\"}}} | round_robin_lb_config.slow_start_config.aggression",
                "\"lb_subset_config\": {\"subset_selectors\": [{\"keys\": [\"a\"], \"fallback_policy\": \"KEYS_SUBSET\", \"fallback_keys_subset\": [\"a\"]}]} | lb_subset_config.subset_selectors[0].fallback_keys_subset",
                "\"lb_subset_config\": {\"subset_selectors\": [{\"keys\": [\"a\"], \"single_host_per_subset\": true}]} | lb_subset_config.subset_selectors[0].single_host_per_subset",
                "\"common_lb_config\": {\"consistent_hashing_lb_config\": {\"hash_balance_factor\": 150}} | common_lb_config.consistent_hashing_lb_config.hash_balance_factor",
                "\"metadata\": {\"filter_metadata\": {\"weft\": {\"slow_start\": {\"window\": \"soon\"}}}} | metadata.filter_metadata.weft.slow_start",
                "\"lb_policy\": \"CLUSTER_PROVIDED\" | lb_policy"
            })
    void whatCannotBeFollowedIsRefusedByPath(String fields, String path) {
        Parsed<Cluster> parsed = XdsReader.clusterJson(cluster(fields));
        assertThat(((Parsed.Rejected<Cluster>) parsed).diagnostics())
                .extracting(Diagnostic::path)
                .containsExactly(path);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Aperture | {\"size\": 0}",
                "Aperture | {\"coordinate\": 1}",
                "Aperture | {\"width\": 3}",
                "PeakEwma | {\"decay_time\": \"0s\"}",
                "PeakEwma | {\"decay_time\": 10}"
            })
    void ourOwnPoliciesAreCheckedToo(String type, String value) {
        Parsed<Cluster> parsed =
                XdsReader.clusterJson(cluster(policies(own(type, value), stock("random.v3.Random", ""))));
        assertThat(parsed).isInstanceOf(Parsed.Rejected.class);
    }

    @Test
    void anApertureNeedsAPolicyThatFollows() {
        assertThat(XdsReader.clusterJson(cluster(policies(own("Aperture", "{}")))))
                .isInstanceOf(Parsed.Rejected.class);
    }
}
