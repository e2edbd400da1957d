package dev.weft.xdsmodel;

import org.jspecify.annotations.Nullable;

/** {@code envoy.extensions.filters.http.fault.v3.HTTPFault} to {@link Fault}. */
final class FaultParser {
    static final String MESSAGE = "envoy.extensions.filters.http.fault.v3.HTTPFault";

    /** What Weft has no layer for, and what is counted by nobody. */
    private static final String[] ACCEPTED = {
        "delay_percent_runtime",
        "abort_percent_runtime",
        "delay_duration_runtime",
        "abort_http_status_runtime",
        "abort_grpc_status_runtime",
        "max_active_faults_runtime"
    };

    private FaultParser() {}

    static Fault parse(MessageView view) {
        for (String runtimeKey : ACCEPTED) {
            view.string(runtimeKey);
        }
        view.bool("disable_downstream_cluster_stats");
        return new Fault(
                delay(view.message("delay")),
                abort(view.message("abort")),
                view.string("upstream_cluster"),
                view.messages("headers").stream()
                        .map(CommonParser::headerMatcher)
                        .toList(),
                view.strings("downstream_nodes"),
                view.number("max_active_faults", Long.MAX_VALUE));
    }

    private static Fault.@Nullable Delay delay(@Nullable MessageView view) {
        if (view == null) {
            return null;
        }
        view.which("fault_delay_secifier"); // so it is spelt
        return new Fault.Delay(view.durationOrNull("fixed_delay"), CommonParser.share(view.message("percentage")));
    }

    private static Fault.@Nullable Abort abort(@Nullable MessageView view) {
        if (view == null) {
            return null;
        }
        String kind = view.which("error_type");
        return new Fault.Abort(
                (int) view.number("http_status"),
                "grpc_status".equals(kind) ? (int) Math.min(view.number("grpc_status"), Integer.MAX_VALUE) : -1,
                CommonParser.share(view.message("percentage")));
    }
}
