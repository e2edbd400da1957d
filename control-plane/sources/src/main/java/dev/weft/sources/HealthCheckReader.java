package dev.weft.sources;

import dev.weft.meshmodel.HealthCheck;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code healthCheck} of a {@code weft.dev/v1 TrafficPolicy}. */
final class HealthCheckReader {
    private static final int MOST = 100;

    private HealthCheckReader() {}

    static @Nullable HealthCheck read(@Nullable FieldReader check) {
        if (check == null) {
            return null;
        }
        return new HealthCheck(
                kind(check),
                duration(check, "interval", HealthCheck.INTERVAL),
                duration(check, "timeout", HealthCheck.TIMEOUT),
                Objects.requireNonNullElse(check.integer("healthyThreshold", 1, MOST), HealthCheck.HEALTHY_THRESHOLD),
                Objects.requireNonNullElse(
                        check.integer("unhealthyThreshold", 1, MOST), HealthCheck.UNHEALTHY_THRESHOLD));
    }

    private static HealthCheck.Kind kind(FieldReader check) {
        FieldReader http = check.object("http");
        FieldReader grpc = check.object("grpc");
        FieldReader tcp = check.object("tcp");
        if ((http == null ? 0 : 1) + (grpc == null ? 0 : 1) + (tcp == null ? 0 : 1) != 1) {
            check.findings()
                    .error(
                            "bad-value",
                            check.path(),
                            "exactly one of http, grpc and tcp says what is asked",
                            "tcp: {}");
        }
        if (http != null) {
            return http(http);
        }
        return grpc != null
                ? new HealthCheck.Grpc(Objects.requireNonNullElse(grpc.string("service"), ""))
                : new HealthCheck.Tcp();
    }

    private static HealthCheck.Http http(FieldReader http) {
        String path = http.requiredString("path");
        if (!path.startsWith("/")) {
            http.findings().error("bad-value", http.at("path"), "must start with /", "/healthz");
        }
        List<Integer> statuses = http.integers("expectedStatuses", 100, 599);
        return new HealthCheck.Http(path, http.string("host"), statuses);
    }

    private static Duration duration(FieldReader check, String name, Duration absent) {
        Duration said = check.duration(name);
        if (said != null && said.isZero()) {
            check.findings()
                    .error(
                            "out-of-range",
                            check.at(name),
                            "must be more than zero",
                            "remove it for " + absent.toSeconds() + "s");
        }
        return said == null ? absent : said;
    }
}
