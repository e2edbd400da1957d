package dev.weft.xdsmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a cluster says of its checks. */
class HealthCheckTest {
    private static final String THRESHOLDS = "\"unhealthy_threshold\": 2, \"healthy_threshold\": 3";

    private static String cluster(String members) {
        return "{\"name\": \"c\", " + members + "}";
    }

    private static HealthCheck check(String members) {
        return Objects.requireNonNull(((Parsed.Ok<Cluster>)
                        XdsReader.clusterJson(cluster("\"health_checks\": [{" + THRESHOLDS + ", " + members + "}]")))
                .value()
                .healthChecking()
                .check());
    }

    private static List<Diagnostic> problems(String members) {
        return ((Parsed.Rejected<Cluster>) XdsReader.clusterJson(cluster(members))).diagnostics();
    }

    @Test
    void absentIntervalsFollowEachOther() {
        HealthCheck.Intervals intervals = check("\"timeout\": \"1s\", \"interval\": \"5s\", \"tcp_health_check\": {}")
                .intervals();
        assertThat(intervals)
                .isEqualTo(new HealthCheck.Intervals(
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        Duration.ZERO,
                        Duration.ZERO,
                        0));
        HealthCheck.Intervals unhealthy = check("\"timeout\": \"1s\", \"interval\": \"5s\", \"tcp_health_check\": {}, "
                        + "\"unhealthy_interval\": \"7s\", \"no_traffic_interval\": \"9s\"")
                .intervals();
        assertThat(unhealthy.unhealthyEdge()).isEqualTo(Duration.ofSeconds(7));
        assertThat(unhealthy.healthyEdge()).isEqualTo(Duration.ofSeconds(5));
        assertThat(unhealthy.noTrafficHealthy()).isEqualTo(Duration.ofSeconds(9));
    }

    @Test
    void aRequestIsGetAndWants200() {
        HealthCheck check =
                check("\"timeout\": \"1s\", \"interval\": \"5s\", \"http_health_check\": {\"path\": \"/healthz\"}");
        assertThat(check.unhealthyThreshold()).isEqualTo(2);
        assertThat(check.healthyThreshold()).isEqualTo(3);
        assertThat(check.reuseConnection()).isTrue();
        HealthCheck.Http http = (HealthCheck.Http) check.kind();
        assertThat(http.method()).isEqualTo("GET");
        assertThat(http.http2()).isFalse();
        assertThat(http.expected()).containsExactly(new HealthCheck.StatusRange(200, 201));
        assertThat(http.retriable()).isEmpty();
    }

    @Test
    void payloadsAreHexadecimal() {
        HealthCheck.Tcp tcp = (HealthCheck.Tcp) check(
                        "\"timeout\": \"1s\", \"interval\": \"5s\", "
                                + "\"tcp_health_check\": {\"send\": {\"text\": \"50494E47\"}, \"receive\": [{\"binary\": \"UE9ORw==\"}]}")
                .kind();
        assertThat(tcp.send()).isEqualTo("50494e47");
        assertThat(tcp.receive()).containsExactly("504f4e47");
        assertThat(problems("\"health_checks\": [{" + THRESHOLDS + ", \"timeout\": \"1s\", \"interval\": \"5s\", "
                        + "\"tcp_health_check\": {\"send\": {\"text\": \"PING\"}}}]"))
                .extracting(Diagnostic::path)
                .containsExactly("health_checks[0].tcp_health_check.send.text");
    }

    @Test
    void whatEnvoyRefusesIsRefused() {
        String one = "{" + THRESHOLDS + ", \"timeout\": \"1s\", \"interval\": \"5s\", \"tcp_health_check\": {}}";
        assertThat(problems("\"health_checks\": [" + one + ", " + one + "]"))
                .extracting(Diagnostic::path)
                .containsExactly("health_checks");
        String grpc = "{" + THRESHOLDS + ", \"timeout\": \"1s\", \"interval\": \"5s\", \"grpc_health_check\": {}}";
        assertThat(problems("\"health_checks\": [" + grpc + "]"))
                .extracting(Diagnostic::path)
                .containsExactly("health_checks[0].grpc_health_check");
        String statuses = "{" + THRESHOLDS + ", \"timeout\": \"1s\", \"interval\": \"5s\", \"http_health_check\": "
                + "{\"path\": \"/\", \"expected_statuses\": [{\"start\": 300, \"end\": 200}]}}";
        assertThat(problems("\"health_checks\": [" + statuses + "]"))
                .extracting(Diagnostic::path)
                .containsExactly("health_checks[0].http_health_check.expected_statuses[0]");
        assertThat(problems("\"health_checks\": [{\"tcp_health_check\": {}}]"))
                .extracting(Diagnostic::path)
                .containsExactlyInAnyOrder(
                        "health_checks[0].timeout",
                        "health_checks[0].interval",
                        "health_checks[0].unhealthy_threshold",
                        "health_checks[0].healthy_threshold");
    }
}
