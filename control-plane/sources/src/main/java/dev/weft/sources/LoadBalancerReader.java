package dev.weft.sources;

import dev.weft.meshmodel.LoadBalancer;
import dev.weft.meshmodel.LoadBalancer.HashKey;
import dev.weft.meshmodel.LoadBalancer.Policy;
import dev.weft.meshmodel.LoadBalancer.Warmup;
import dev.weft.meshmodel.LocalityPreference;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code loadBalancer} of a TrafficPolicy; names are those of Istio's DestinationRule where it has them. */
final class LoadBalancerReader {
    private static final Map<String, Policy> SIMPLE = Map.of(
            "ROUND_ROBIN", Policy.ROUND_ROBIN,
            "LEAST_REQUEST", Policy.LEAST_REQUEST,
            "RANDOM", Policy.RANDOM,
            "PEAK_EWMA", Policy.PEAK_EWMA);
    private static final int LARGEST_TABLE = 5_000_011; // Envoy's limit of a Maglev table
    private static final int LARGEST_RING = 8 << 20;

    private LoadBalancerReader() {}

    static @Nullable LoadBalancer read(@Nullable FieldReader item) {
        if (item == null) {
            return null;
        }
        Policy simple = item.choice("simple", SIMPLE);
        FieldReader hash = item.object("consistentHash");
        Integer aperture = aperture(item);
        if (simple != null && hash != null) {
            item.findings().error("bad-value", item.path(), "has both 'simple' and 'consistentHash'", "keep one");
        }
        Warmup warmup = warmup(item.object("warmup"));
        int size = aperture == null ? 0 : aperture;
        LocalityPreference locality = LocalityReader.read(item.object("localityLbSetting"));
        boolean ours = simple == Policy.PEAK_EWMA || aperture != null;
        if (ours && locality != null && !locality.distribute().isEmpty()) {
            item.findings()
                    .error(
                            "bad-value",
                            item.at("localityLbSetting"),
                            "'distribute' goes with neither PEAK_EWMA nor an aperture",
                            "keep one");
        }
        if (hash == null) {
            return new LoadBalancer(simple == null ? Policy.LEAST_REQUEST : simple, null, 0, warmup, size, locality);
        }
        FieldReader ring = hash.object("ringHash");
        FieldReader maglev = hash.object("maglev");
        if (ring != null && maglev != null) {
            hash.findings().error("bad-value", hash.path(), "has both 'ringHash' and 'maglev'", "keep one");
        }
        Integer table = maglev == null ? null : maglev.integer("tableSize", 1, LARGEST_TABLE);
        if (maglev != null && table != null && !BigInteger.valueOf(table).isProbablePrime(50)) {
            maglev.findings()
                    .error("bad-value", maglev.at("tableSize"), "must be a prime number (got " + table + ")", "65537");
        }
        Integer points = ring == null ? null : ring.integer("minimumRingSize", 1, LARGEST_RING);
        return new LoadBalancer(
                maglev == null ? Policy.RING_HASH : Policy.MAGLEV,
                key(hash),
                Objects.requireNonNullElse(maglev == null ? points : table, 0),
                warmup,
                size,
                locality);
    }

    private static @Nullable Integer aperture(FieldReader owner) {
        FieldReader item = owner.object("aperture");
        if (item == null) {
            return null;
        }
        return item.requiredInteger("size", 1, 100_000);
    }

    private static @Nullable HashKey key(FieldReader item) {
        List<HashKey> keys = new ArrayList<>();
        String header = item.string("httpHeaderName");
        if (header != null) {
            HttpFields.checkName(item.findings(), item.at("httpHeaderName"), header);
            keys.add(new LoadBalancer.Header(header));
        }
        FieldReader cookie = item.object("httpCookie");
        if (cookie != null) {
            String name = cookie.requiredString("name");
            if (cookie.has("name")) {
                HttpFields.checkName(cookie.findings(), cookie.at("name"), name);
            }
            String path = Objects.requireNonNullElse(cookie.string("path"), "");
            Duration ttl = cookie.duration("ttl");
            keys.add(new LoadBalancer.Cookie(name, path, ttl));
        }
        Boolean source = item.bool("useSourceIp");
        if (source != null && source) {
            keys.add(new LoadBalancer.SourceAddress());
        }
        String parameter = item.string("httpQueryParameterName");
        if (parameter != null) {
            keys.add(new LoadBalancer.QueryParameter(parameter));
        }
        if (keys.size() != 1) {
            item.findings()
                    .error(
                            keys.isEmpty() ? "missing-field" : "bad-value",
                            item.path(),
                            "needs one thing to hash (got " + keys.size() + ")",
                            "httpHeaderName, httpCookie, useSourceIp: true or httpQueryParameterName");
        }
        return keys.isEmpty() ? null : keys.getFirst();
    }

    private static @Nullable Warmup warmup(@Nullable FieldReader item) {
        if (item == null) {
            return null;
        }
        Duration duration = item.duration("duration");
        if (duration == null) {
            if (!item.has("duration")) {
                item.missing("duration");
            }
            return null;
        }
        if (duration.isZero()) {
            item.findings().error("out-of-range", item.at("duration"), "must be more than zero", "");
        }
        Integer percent = item.integer("minimumPercent", 1, 100);
        return new Warmup(duration, percent == null ? 10 : percent, aggression(item));
    }

    private static double aggression(FieldReader item) {
        String text = item.scalar("aggression");
        if (text == null) {
            return 1;
        }
        try {
            double value = Double.parseDouble(text);
            if (value > 0 && value <= 100) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        item.findings()
                .error(
                        "out-of-range",
                        item.at("aggression"),
                        "must be more than 0, at most 100 (got " + text + ")",
                        "");
        return 1;
    }
}
