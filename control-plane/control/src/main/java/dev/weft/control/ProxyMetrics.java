package dev.weft.control;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Istio's standard metrics of one proxy → counters per edge. */
final class ProxyMetrics {
    static final String UNKNOWN = "unknown";

    private ProxyMetrics() {}

    /**
     * Reads a scrape.
     *
     * @param self {@code name.namespace} of the service the proxy serves: what it says about itself is not needed
     */
    static Map<Edge, EdgeCounters> read(String text, String self) {
        Map<Edge, EdgeCounters> edges = new HashMap<>();
        text.lines().forEach(line -> {
            if (line.startsWith("istio_")) {
                PrometheusLine sample = PrometheusLine.parse(line);
                Edge edge = sample == null ? null : edge(sample, self);
                if (sample != null && edge != null) {
                    count(sample, edges.computeIfAbsent(edge, e -> new EdgeCounters()));
                }
            }
        });
        return edges;
    }

    private static @Nullable Edge edge(PrometheusLine sample, String self) {
        String protocol = sample.name().startsWith("istio_tcp_") ? "tcp" : "http";
        return switch (sample.label("reporter")) {
            case "source" -> new Edge(self, destination(sample), protocol, true);
            case "destination" -> new Edge(source(sample), self, protocol, false);
            default -> null;
        };
    }

    /**
     * The service the instance that answered belongs to, as the callee's side names itself; so the parts of a canary are one
     * destination with several versions. The name that was called where no instance answered, or it told nothing.
     */
    private static String destination(PrometheusLine sample) {
        String instance = sample.label("destination_canonical_service");
        String home = sample.label("destination_workload_namespace");
        if (isKnown(instance) && isKnown(home)) {
            return instance + "." + home;
        }
        String name = sample.label("destination_service_name");
        String namespace = sample.label("destination_service_namespace");
        if (isKnown(name) && isKnown(namespace)) {
            return name + "." + namespace;
        }
        return isKnown(name) ? name : UNKNOWN;
    }

    private static String source(PrometheusLine sample) {
        String namespace = sample.label("source_workload_namespace");
        for (String label : new String[] {"source_canonical_service", "source_app", "source_workload"}) {
            if (isKnown(sample.label(label)) && isKnown(namespace)) {
                return sample.label(label) + "." + namespace;
            }
        }
        // spiffe://td/ns/NAMESPACE/sa/ACCOUNT: better than nothing, accounts are usually named like services
        String[] parts = sample.label("source_principal").split("/", -1);
        return parts.length == 7 && parts[3].equals("ns") ? parts[6] + "." + parts[4] : UNKNOWN;
    }

    private static boolean isKnown(String value) {
        return !value.isEmpty() && !value.equals(UNKNOWN);
    }

    private static void count(PrometheusLine sample, EdgeCounters to) {
        boolean mutual = sample.label("connection_security_policy").equals("mutual_tls");
        switch (sample.name()) {
            case "istio_requests_total" -> {
                to.requests += sample.value();
                to.failures += isFailure(sample.label("response_code")) ? sample.value() : 0;
                count(to, mutual, sample.value());
                version(sample, to);
            }
            case "istio_request_duration_milliseconds_bucket" -> {
                String bound = sample.label("le");
                if (!bound.isEmpty()) {
                    to.buckets.merge(PrometheusLine.number(bound), sample.value(), Double::sum);
                }
            }
            case "istio_tcp_connections_opened_total" -> {
                to.connections += sample.value();
                count(to, mutual, sample.value());
                version(sample, to);
            }
            case "istio_tcp_sent_bytes_total", "istio_tcp_received_bytes_total" -> to.bytes += sample.value();
            default -> {}
        }
    }

    private static void count(EdgeCounters to, boolean mutual, double n) {
        if (mutual) {
            to.mutual += n;
        } else {
            to.plaintext += n;
        }
    }

    private static void version(PrometheusLine sample, EdgeCounters to) {
        String version = sample.label("destination_version");
        if (isKnown(version)) {
            to.versions.merge(version, sample.value(), Double::sum);
        }
    }

    /** No answer at all counts as a failure, as 5xx does. */
    private static boolean isFailure(String code) {
        return code.isEmpty() || code.equals("0") || code.startsWith("5");
    }
}
