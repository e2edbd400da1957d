package dev.weft.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.stats.PrometheusText;
import dev.weft.stats.StatsRegistry;
import dev.weft.xdsmodel.Cors;
import dev.weft.xdsmodel.HttpFilterConfig;
import dev.weft.xdsmodel.RouteMatch.Fraction;
import dev.weft.xdsmodel.StringMatcher;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What differs from level to level, and what is counted; answers to all kinds of requests are compared with Envoy's. */
class CorsFilterTest {
    private static final Fraction NONE = new Fraction(0, 100);
    private static final Fraction ALL = new Fraction(100, 100);

    private final StatsRegistry stats = new StatsRegistry(1);
    private final HttpFilters filters = new HttpFilters(stats);

    private static Cors.Policy policy(
            @Nullable String origin, String methods, @Nullable Fraction enabled, @Nullable Fraction shadow) {
        List<StringMatcher> origins = origin == null ? List.of() : List.of(StringMatcher.exact(origin));
        return new Cors.Policy(origins, methods, "", "", "", null, null, null, enabled, shadow);
    }

    private FilterRig rig(List<HttpFilterConfig> levels, String method, String... fields) {
        return new FilterRig(filters.create(new Cors(), levels, "test", 0), FilterRig.head(method, fields));
    }

    private static final String[] PREFLIGHT = {"origin", "http://a", "access-control-request-method", "PUT"};

    private void assertCounted(int valid, int invalid) {
        assertThat(PrometheusText.write(stats))
                .contains("origin_valid{envoy_http_conn_manager_prefix=\"test\"} " + valid + "\n")
                .contains("origin_invalid{envoy_http_conn_manager_prefix=\"test\"} " + invalid + "\n");
    }

    @Test
    void withoutAPolicyThereIsNothingToDo() {
        assertThat(filters.create(new Cors(), List.of(), "test", 0)).isNull();
    }

    @Test
    void whatALevelLeavesOutTheNextOneSays() {
        List<HttpFilterConfig> levels = List.of(policy(null, "PUT", null, null), policy("http://a", "GET", NONE, null));
        assertThat(rig(levels, "OPTIONS", PREFLIGHT).run())
                .isEqualTo("200 access-control-allow-methods=PUT access-control-allow-origin=http://a");
        assertCounted(1, 0);
    }

    @Test
    void theMostSpecificLevelAloneSaysWhetherItWorks() {
        List<HttpFilterConfig> levels = List.of(policy("http://a", "GET", NONE, null), policy(null, "", ALL, ALL));
        assertThat(rig(levels, "OPTIONS", PREFLIGHT).run()).isEqualTo("forwarded");
        assertCounted(0, 0);
    }

    @Test
    void aShadowOnlyCounts() {
        List<HttpFilterConfig> levels = List.of(policy("http://a", "GET", NONE, ALL));
        assertThat(rig(levels, "OPTIONS", PREFLIGHT).run()).isEqualTo("forwarded");
        FilterRig other = rig(levels, "GET", "origin", "http://b");
        assertThat(other.run()).isEqualTo("forwarded");
        assertThat(other.answer()).isEqualTo("200");
        assertCounted(1, 1);
    }

    @Test
    void whatTheEndpointSaysOfOriginsIsReplaced() {
        FilterRig rig = rig(List.of(policy("http://a", "", null, null)), "GET", "origin", "http://a");
        assertThat(rig.run()).isEqualTo("forwarded");
        assertThat(rig.answer("Access-Control-Allow-Origin", "*", "access-control-allow-origin", "x"))
                .isEqualTo("200 access-control-allow-origin=http://a");
    }

    @Test
    void ourOwnAnswersAreLeftAlone() {
        FilterRig rig = rig(List.of(policy("http://a", "", null, null)), "OPTIONS", PREFLIGHT);
        rig.context.cluster = null;
        assertThat(rig.run()).isEqualTo("forwarded");
    }

    @Test
    void aBrokenExpressionIsRefused() {
        Cors.Policy broken =
                new Cors.Policy(List.of(new StringMatcher.Regex("(")), "", "", "", "", null, null, null, null, null);
        assertThatThrownBy(() -> filters.check(broken)).isInstanceOf(IllegalArgumentException.class);
    }
}
