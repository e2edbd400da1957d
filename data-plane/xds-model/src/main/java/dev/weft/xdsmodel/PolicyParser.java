package dev.weft.xdsmodel;

import dev.weft.xdsmodel.LoadBalancing.LocalityLb;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code load_balancing_policy}: the first policy that is known. Weft's own come as a {@code TypedStruct}, which Envoy passes
 * over for the next one (decision 3).
 */
final class PolicyParser {
    private static final String STOCK = "envoy.extensions.load_balancing_policies.";

    private PolicyParser() {}

    /** @param older what the fields beside it say: of that only what no policy says itself holds */
    static LoadBalancing parse(MessageView policies, LoadBalancing older) {
        LoadBalancing plain = new LoadBalancing(
                older.policy(),
                null,
                LocalityLb.DEFAULT,
                older.healthyPanicThreshold(),
                older.overrideHostStatus(),
                null);
        List<MessageView> payloads = new ArrayList<>();
        for (MessageView policy : policies.messages("policies")) {
            MessageView extension = policy.messageOrEmpty("typed_extension_config");
            extension.string("name");
            MessageView any = extension.message("typed_config");
            MessageView payload = any == null ? null : any.payload();
            if (payload != null) {
                payloads.add(payload);
            }
        }
        LoadBalancing chosen = first(payloads, plain);
        for (MessageView payload : payloads) {
            if (chosen != null && !isAsked(payload)) {
                payload.askAll(); // of a policy that was passed over nothing is used
            }
        }
        if (chosen == null) {
            policies.error("policies", "unsupported-value", "none of these policies is supported", FieldTable.HINT);
            return older;
        }
        return chosen;
    }

    private static boolean isAsked(MessageView payload) {
        return payload.type().fields().stream().anyMatch(payload::isAsked);
    }

    private static @Nullable LoadBalancing first(List<MessageView> payloads, LoadBalancing plain) {
        for (int i = 0; i < payloads.size(); i++) {
            MessageView payload = payloads.get(i);
            String name = payload.type().fullName();
            LoadBalancing known = name.equals("xds.type.v3.TypedStruct")
                    ? own(payload, payloads.subList(i + 1, payloads.size()), plain)
                    : name.startsWith(STOCK) ? stock(name.substring(STOCK.length()), payload, plain) : null;
            if (known != null) {
                return known;
            }
        }
        return null;
    }

    private static @Nullable LoadBalancing stock(String name, MessageView payload, LoadBalancing plain) {
        return switch (name) {
            case "round_robin.v3.RoundRobin" -> slow(payload, plain, new LbPolicy.RoundRobin());
            case "least_request.v3.LeastRequest" -> slow(payload, plain, BalancingParser.leastRequest(payload));
            case "random.v3.Random" -> near(plain.withPolicy(new LbPolicy.Random()), payload, null);
            case "ring_hash.v3.RingHash" ->
                weighted(plain.withPolicy(BalancingParser.ring(payload, ringHostname(payload))), payload);
            case "maglev.v3.Maglev" ->
                weighted(plain.withPolicy(BalancingParser.maglev(payload, hostname(payload))), payload);
            case "wrr_locality.v3.WrrLocality" -> {
                LoadBalancing inner = parse(payload.messageOrEmpty("endpoint_picking_policy"), plain);
                yield with(inner, inner.slowStart(), new LocalityLb.Weighted(), inner.subsets());
            }
            case "subset.v3.Subset" -> {
                LoadBalancing inner = parse(payload.messageOrEmpty("subset_lb_policy"), plain);
                yield with(inner, inner.slowStart(), inner.locality(), BalancingParser.subsets(payload));
            }
            case "cluster_provided.v3.ClusterProvided" -> {
                payload.askAll();
                yield plain.withPolicy(new LbPolicy.ClusterProvided());
            }
            default -> null;
        };
    }

    private static LoadBalancing slow(MessageView payload, LoadBalancing plain, LbPolicy policy) {
        return near(plain.withPolicy(policy), payload, BalancingParser.slowStart(payload));
    }

    private static LoadBalancing near(
            LoadBalancing said, MessageView payload, LoadBalancing.@Nullable SlowStart slowStart) {
        LocalityLb locality = BalancingParser.locality(payload.message("locality_lb_config"));
        return with(said, slowStart, locality, null);
    }

    private static LoadBalancing weighted(LoadBalancing said, MessageView payload) {
        boolean weighted = payload.message("locality_weighted_lb_config") != null;
        return with(said, null, weighted ? new LocalityLb.Weighted() : LocalityLb.DEFAULT, null);
    }

    private static LoadBalancing with(
            LoadBalancing said,
            LoadBalancing.@Nullable SlowStart slowStart,
            LocalityLb locality,
            @Nullable SubsetConfig subsets) {
        return new LoadBalancing(
                said.policy(), slowStart, locality, said.healthyPanicThreshold(), said.overrideHostStatus(), subsets);
    }

    private static boolean hostname(MessageView payload) {
        MessageView consistent = payload.message("consistent_hashing_lb_config");
        return consistent != null && consistent.bool("use_hostname_for_hashing");
    }

    /** A ring says it in the older place, too. */
    private static boolean ringHostname(MessageView payload) {
        boolean older = payload.bool("use_hostname_for_hashing");
        return hostname(payload) || older;
    }

    // Weft's own.

    private static @Nullable LoadBalancing own(MessageView struct, List<MessageView> following, LoadBalancing plain) {
        String url = struct.string("type_url");
        Map<String, @Nullable Object> value = struct.struct("value");
        return switch (url.substring(url.lastIndexOf('/') + 1)) {
            case "weft.dev.PeakEwma" -> plain.withPolicy(peakEwma(struct, value));
            case "weft.dev.Aperture" -> {
                LoadBalancing inner = first(following, plain);
                if (inner == null || inner.policy() instanceof LbPolicy.Aperture) {
                    struct.error("type_url", "invalid-value", "an aperture needs a policy that follows it", "");
                    yield plain;
                }
                yield inner.withPolicy(aperture(struct, value, inner.policy()));
            }
            default -> null;
        };
    }

    private static LbPolicy peakEwma(MessageView struct, Map<String, @Nullable Object> value) {
        known(struct, value, "decay_time");
        Object said = value.get("decay_time");
        Duration decay = said == null ? Duration.ofSeconds(10) : duration(said);
        if (decay == null || decay.isZero()) {
            struct.error("value.decay_time", "invalid-value", "must be a positive duration", "for example \"10s\"");
            decay = Duration.ofSeconds(10);
        }
        return new LbPolicy.PeakEwma(decay);
    }

    private static LbPolicy aperture(MessageView struct, Map<String, @Nullable Object> value, LbPolicy inner) {
        known(struct, value, "size", "coordinate");
        double size = value.get("size") instanceof Double number ? number : value.containsKey("size") ? 0 : 12;
        Double coordinate = value.get("coordinate") instanceof Double number ? number : null;
        if (!(size >= 1 && size <= Integer.MAX_VALUE)
                || value.containsKey("coordinate") && coordinate == null
                || coordinate != null && !(coordinate >= 0 && coordinate < 1)) {
            struct.error("value", "out-of-range", "needs a size of at least 1 and a coordinate in [0, 1)", "");
            return inner;
        }
        return new LbPolicy.Aperture((int) size, coordinate, inner);
    }

    private static void known(MessageView struct, Map<String, @Nullable Object> value, String... names) {
        for (String name : value.keySet()) {
            if (!List.of(names).contains(name)) {
                struct.error("value." + name, "unsupported-field", "not supported", "known are " + List.of(names));
            }
        }
    }

    /** In protobuf's JSON form, {@code 1.5s}; null for anything else, and for what is negative. */
    static @Nullable Duration duration(@Nullable Object said) {
        if (!(said instanceof String text) || !text.endsWith("s") || text.startsWith("-")) {
            return null;
        }
        try {
            return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
