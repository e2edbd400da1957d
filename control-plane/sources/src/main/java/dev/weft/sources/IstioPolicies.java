package dev.weft.sources;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code trafficPolicy} of a DestinationRule → what a TrafficPolicy says. */
final class IstioPolicies {
    private static final Set<String> SIMPLE = Set.of("ROUND_ROBIN", "LEAST_REQUEST", "RANDOM");

    private IstioPolicies() {}

    static Map<String, Object> read(IstioSketch sketch, FieldReader item) {
        Map<String, Object> policy = sketch.map(item.path());
        FieldReader balancer = item.object("loadBalancer");
        Map<String, Object> loadBalancer = balancer == null ? Map.of() : loadBalancer(sketch, balancer);
        if (!loadBalancer.isEmpty()) {
            policy.put("loadBalancer", loadBalancer);
        }
        FieldReader pool = item.object("connectionPool");
        String connect = pool == null ? null : connectTimeout(pool);
        if (pool != null && connect != null) {
            policy.put("timeouts", sketch.map(pool.at("tcp"), "connect", connect));
        }
        FieldReader tls = item.object("tls");
        if (tls != null) {
            tls(tls);
        }
        item.refused("outlierDetection", "endpoints are not ejected for their errors yet", "");
        item.refused(
                "portLevelSettings",
                "a policy's port is told by its name, which a number does not say",
                "a TrafficPolicy whose targetRefs have the port's name as sectionName");
        item.refused("tunnel", "connections are not tunnelled", "");
        item.refused("proxyProtocol", "the PROXY protocol is not spoken", "");
        item.refused("retryBudget", "there are no retries yet", "");
        return policy;
    }

    private static Map<String, Object> loadBalancer(IstioSketch sketch, FieldReader item) {
        Map<String, Object> balancer = sketch.map(item.path());
        String simple = item.string("simple");
        if (simple != null && !simple.equals("UNSPECIFIED")) {
            String ours = simple.equals("LEAST_CONN") ? "LEAST_REQUEST" : simple; // its older name
            if (!SIMPLE.contains(ours)) {
                item.findings()
                        .error(
                                "unsupported-value",
                                item.at("simple"),
                                "is not done here (got '" + simple + "')",
                                "ROUND_ROBIN, LEAST_REQUEST or RANDOM");
            }
            balancer.put("simple", ours);
        }
        FieldReader hash = item.object("consistentHash");
        if (hash != null) {
            balancer.put("consistentHash", hash(sketch, hash));
        }
        FieldReader locality = item.object("localityLbSetting");
        Map<String, Object> preference = locality == null ? null : IstioLocalities.read(sketch, locality);
        if (preference != null) {
            balancer.put("localityLbSetting", preference);
        }
        Map<String, Object> warmup = warmup(sketch, item);
        if (warmup != null) {
            balancer.put("warmup", warmup);
        }
        return balancer;
    }

    private static Map<String, Object> hash(IstioSketch sketch, FieldReader item) {
        FieldReader cookie = item.object("httpCookie");
        Map<String, Object> hash = sketch.map(
                item.path(),
                "httpHeaderName",
                item.string("httpHeaderName"),
                "useSourceIp",
                item.bool("useSourceIp"),
                "httpQueryParameterName",
                item.string("httpQueryParameterName"));
        if (cookie != null) {
            cookie.refused("attributes", "a cookie has a name, a path and a time to live", "");
            hash.put(
                    "httpCookie",
                    sketch.map(
                            cookie.path(),
                            "name",
                            cookie.string("name"),
                            "path",
                            cookie.string("path"),
                            "ttl",
                            IstioValues.duration(cookie, "ttl")));
        }
        Integer old = item.integer("minimumRingSize", 0, Integer.MAX_VALUE);
        FieldReader ring = item.object("ringHash");
        FieldReader maglev = item.object("maglev");
        Integer size = ring == null ? old : ring.integer("minimumRingSize", 0, Integer.MAX_VALUE);
        if (ring != null || size != null) {
            hash.put(
                    "ringHash",
                    sketch.map(
                            ring == null ? item.path() : ring.path(),
                            "minimumRingSize",
                            size == null || size == 0 ? null : size));
        }
        if (maglev != null) {
            hash.put(
                    "maglev",
                    sketch.map(maglev.path(), "tableSize", maglev.integer("tableSize", 0, Integer.MAX_VALUE)));
        }
        return hash;
    }

    private static @Nullable Map<String, Object> warmup(IstioSketch sketch, FieldReader item) {
        String old = IstioValues.duration(item, "warmupDurationSecs");
        FieldReader warmup = item.object("warmup");
        if (warmup == null) {
            return old == null ? null : sketch.map(item.at("warmupDurationSecs"), "duration", old);
        }
        String aggression = warmup.scalar("aggression");
        return sketch.map(
                warmup.path(),
                "duration",
                IstioValues.duration(warmup, "duration"),
                "minimumPercent",
                warmup.integer("minimumPercent", 0, 100),
                "aggression",
                aggression == null ? null : new IstioNumber(aggression));
    }

    /** A number as it is written. */
    private record IstioNumber(String text) {
        @Override
        public String toString() {
            return text;
        }
    }

    private static @Nullable String connectTimeout(FieldReader pool) {
        FieldReader http = pool.object("http");
        if (http != null) {
            for (String field : Set.of(
                    "http1MaxPendingRequests",
                    "http2MaxRequests",
                    "maxRequestsPerConnection",
                    "maxRetries",
                    "maxConcurrentStreams")) {
                http.refused(field, "there are no limits of connections and requests yet", "");
            }
            http.refused("idleTimeout", "is of HTTP alone", "TrafficPolicy's timeouts.idle is of opaque TCP, too");
            http.refused("h2UpgradePolicy", "the port's appProtocol says what is spoken", "remove the field");
            http.refused("useClientProtocol", "the port's appProtocol says what is spoken", "remove the field");
        }
        FieldReader tcp = pool.object("tcp");
        if (tcp == null) {
            return null;
        }
        tcp.refused("maxConnections", "there are no limits of connections and requests yet", "");
        tcp.refused("tcpKeepalive", "is the machine's", "");
        tcp.refused("maxConnectionDuration", "connections have no largest age", "");
        tcp.refused("idleTimeout", "is of TCP alone", "TrafficPolicy's timeouts.idle is of HTTP, too");
        return IstioValues.duration(tcp, "connectTimeout");
    }

    /** Between sidecars there is mutual TLS, and plain text to a workload that says it has none. */
    private static void tls(FieldReader item) {
        String mode = item.requiredString("mode");
        if (item.has("mode") && !mode.equals("ISTIO_MUTUAL")) {
            item.findings()
                    .error(
                            "unsupported-value",
                            item.at("mode"),
                            "the mesh's own mutual TLS is what there is (got '" + mode + "')",
                            mode.equals("DISABLE") ? "tls: plaintext in the Workload of one without a sidecar" : "");
        }
        for (String field : Set.of(
                "clientCertificate",
                "privateKey",
                "caCertificates",
                "credentialName",
                "subjectAltNames",
                "sni",
                "insecureSkipVerify",
                "caCrl")) {
            item.refused(field, "certificates are the mesh's own", "remove the field");
        }
    }
}
