package dev.weft.sources;

import dev.weft.base.GrpcCodes;
import dev.weft.meshmodel.FaultPolicy;
import dev.weft.meshmodel.FaultPolicy.Abort;
import dev.weft.meshmodel.FaultPolicy.Delay;
import dev.weft.meshmodel.FaultPolicy.Target;
import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.ResourceKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code weft.dev/v1 FaultPolicy}. */
final class FaultPolicyReader {
    private static final int ALL = 1_000_000;
    private static final List<Kind> TARGETS = List.of(Kind.SERVICE, Kind.HTTP_ROUTE, Kind.GRPC_ROUTE);

    private FaultPolicyReader() {}

    static FaultPolicy read(ResourceKey key, FieldReader spec) {
        List<Target> targets = new ArrayList<>();
        for (FieldReader item : spec.objects("targetRefs")) {
            Target target = target(key, item);
            if (target != null) {
                targets.add(target);
            }
        }
        if (!spec.has("targetRefs")) {
            spec.missing("targetRefs");
        }
        FieldReader delay = spec.object("delay");
        FieldReader abort = spec.object("abort");
        Boolean byHeader = spec.bool("byHeader");
        if (delay == null && abort == null && (byHeader == null || !byHeader)) {
            spec.findings().error("missing-field", spec.path(), "needs 'delay', 'abort' or 'byHeader: true'", "");
        }
        return new FaultPolicy(
                key,
                targets,
                delay == null ? null : delay(delay),
                abort == null ? null : abort(abort),
                byHeader != null && byHeader,
                RouteParts.values(spec, "headers", true));
    }

    private static @Nullable Target target(ResourceKey key, FieldReader item) {
        String group = Objects.requireNonNullElse(item.string("group"), "");
        String kindName = Objects.requireNonNullElse(item.string("kind"), Kind.SERVICE.documentName());
        String name = item.requiredString("name");
        String section = item.string("sectionName");
        for (Kind kind : TARGETS) {
            if (kind.documentName().equals(kindName) && kind.group().equals(group.equals("core") ? "" : group)) {
                return new Target(new ResourceKey(kind, key.namespace(), name), section);
            }
        }
        item.findings()
                .error(
                        "bad-value",
                        item.path(),
                        "there are no faults for a " + kindName + " of '" + group + "'",
                        "a Service (group: \"\"), or an HTTPRoute or GRPCRoute (group: " + Kind.HTTP_ROUTE.group()
                                + ")");
        return null;
    }

    private static @Nullable Delay delay(FieldReader item) {
        Duration duration = item.duration("fixedDelay");
        if (duration == null) {
            if (!item.has("fixedDelay")) {
                item.missing("fixedDelay");
            }
            return null;
        }
        if (duration.isZero()) {
            item.findings().error("out-of-range", item.at("fixedDelay"), "must be more than zero", "");
        }
        return new Delay(duration, share(item));
    }

    private static Abort abort(FieldReader item) {
        Integer http = item.integer("httpStatus", 200, 599);
        Map<String, Integer> codes = new HashMap<>();
        for (int i = 0; i < GrpcCodes.NAMES.size(); i++) {
            codes.put(GrpcCodes.NAMES.get(i), i);
        }
        Integer grpc = item.choice("grpcStatus", codes);
        if (item.has("httpStatus") == item.has("grpcStatus")) {
            item.findings().error("missing-field", item.path(), "needs one of 'httpStatus' and 'grpcStatus'", "");
        }
        return new Abort(http, grpc, share(item));
    }

    /** {@code percentage}, a number of which the fraction counts to the fourth place; all by default. */
    private static int share(FieldReader item) {
        String text = item.scalar("percentage");
        if (text == null) {
            return ALL;
        }
        try {
            double percent = Double.parseDouble(text);
            if (percent >= 0 && percent <= 100) {
                return (int) Math.round(percent * (ALL / 100));
            }
        } catch (NumberFormatException e) {
            // said below
        }
        item.findings().error("out-of-range", item.at("percentage"), "must be 0 to 100 (got " + text + ")", "");
        return 0;
    }
}
