package dev.weft.translate;

import com.google.protobuf.Any;
import dev.weft.meshmodel.FaultPolicy;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.ResourceKey;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What fault policies say about a Service's port or a route's rule, as the proxies' fault filter takes it. */
final class Faults {
    private static final FractionalPercent ALL = RouteFilterConfigs.millionths(1_000_000);

    private Faults() {}

    /** Null if there are none. A policy that names the section goes before one that does not; then the first by name. */
    static @Nullable Any of(MeshImage image, ResourceKey target, String section) {
        List<FaultPolicy> ofSection = new ArrayList<>();
        List<FaultPolicy> ofAll = new ArrayList<>();
        for (FaultPolicy policy : image.faults(target)) {
            for (FaultPolicy.Target one : policy.targets()) {
                if (one.resource().equals(target)) {
                    if (one.section() == null) {
                        ofAll.add(policy);
                    } else if (one.section().equals(section)) {
                        ofSection.add(policy);
                    }
                }
            }
        }
        ofSection.addAll(ofAll);
        return ofSection.isEmpty() ? null : Protos.pack(fault(ofSection.getFirst()));
    }

    private static HTTPFault fault(FaultPolicy policy) {
        HTTPFault.Builder fault = HTTPFault.newBuilder();
        FaultPolicy.Delay delay = policy.delay();
        if (delay != null) {
            fault.setDelay(FaultDelay.newBuilder()
                    .setFixedDelay(Protos.duration(delay.duration()))
                    .setPercentage(RouteFilterConfigs.millionths(delay.share())));
        } else if (policy.byHeader()) {
            fault.setDelay(FaultDelay.newBuilder()
                    .setHeaderDelay(FaultDelay.HeaderDelay.getDefaultInstance())
                    .setPercentage(ALL));
        }
        FaultPolicy.Abort abort = policy.abort();
        if (abort != null) {
            FaultAbort.Builder answer =
                    FaultAbort.newBuilder().setPercentage(RouteFilterConfigs.millionths(abort.share()));
            Integer http = abort.httpStatus();
            Integer grpc = abort.grpcStatus();
            fault.setAbort(http != null ? answer.setHttpStatus(http) : answer.setGrpcStatus(grpc == null ? 2 : grpc));
        } else if (policy.byHeader()) {
            fault.setAbort(FaultAbort.newBuilder()
                    .setHeaderAbort(FaultAbort.HeaderAbort.getDefaultInstance())
                    .setPercentage(ALL));
        }
        policy.headers().forEach(header -> fault.addHeaders(RouteMatches.header(header)));
        return fault.build();
    }
}
