package dev.weft.filters;

import dev.weft.http.FilterStatus;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpFilter;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseFlag;
import dev.weft.http.StreamContext;
import dev.weft.http.StreamEnd;
import dev.weft.xdsmodel.Fault;
import org.jspecify.annotations.Nullable;

/**
 * Delays requests, or answers them with an error, on purpose ({@code envoy.extensions.filters.http.fault.v3.HTTPFault}).
 * A stream keeps something only while a fault is under way.
 */
final class FaultFilter implements HttpFilter {
    /** A fault under way on one stream; in its slot. */
    private static final class Active {
        StreamContext.@Nullable Timeout delay;
    }

    private final FaultRules rules;
    private final FaultStats stats;
    private final int slot;

    FaultFilter(Fault config, FaultStats stats, int slot) {
        this.rules = new FaultRules(config);
        this.stats = stats;
        this.slot = slot;
    }

    @Override
    public int phases() {
        return REQUEST_HEAD | STREAM_END;
    }

    @Override
    public boolean keepsState() {
        return true;
    }

    @Override
    public FilterStatus onRequestHead(HttpStream stream, RequestHead head, boolean end) {
        StreamContext context = stream.context();
        if (!rules.concern(head, context.cluster())) {
            return FilterStatus.CONTINUE;
        }
        long delay = rules.delayNanos(head.headers(), context);
        Active fault = delay > 0 ? begin(stream) : null;
        if (fault != null) {
            stream.flag(ResponseFlag.DELAY_INJECTED);
            stats.delaysInjected.increment(context.cell());
            fault.delay = context.after(delay, () -> delayed(stream));
            return FilterStatus.PAUSE;
        }
        return abort(stream) ? FilterStatus.REPLIED : FilterStatus.CONTINUE;
    }

    /** A delay may be followed by an error; if not, the fault is over. */
    private void delayed(HttpStream stream) {
        if (!abort(stream)) {
            end(stream);
            stream.resume();
        }
    }

    private boolean abort(HttpStream stream) {
        StreamContext context = stream.context();
        HeaderBlock fields = stream.request().headers();
        if (!rules.aborts(fields, context)) {
            return false;
        }
        int http = rules.httpStatus(fields);
        int grpc = http == FaultRules.NONE ? rules.grpcStatus(fields) : FaultRules.NONE;
        if (http == FaultRules.NONE && grpc == FaultRules.NONE || begin(stream) == null) {
            return false;
        }
        stats.abortsInjected.increment(context.cell());
        stream.flag(ResponseFlag.FAULT_INJECTED);
        if (http != FaultRules.NONE) {
            context.reply(http, "fault filter abort", "fault_filter_abort");
        } else {
            context.replyGrpc(grpc, "fault filter abort", "fault_filter_abort");
        }
        return true;
    }

    /** A stream's delay and error are one fault; null when there are too many already. */
    private @Nullable Active begin(HttpStream stream) {
        Active active = (Active) stream.slot(slot);
        if (active == null && stats.begin(stream.context().cell(), rules.maxActive())) {
            active = new Active();
            stream.slot(slot, active);
        }
        return active;
    }

    private void end(HttpStream stream) {
        stream.slot(slot, null);
        stats.end(stream.context().cell());
    }

    @Override
    public void onStreamEnd(HttpStream stream, StreamEnd end) {
        if (stream.slot(slot) instanceof Active active) {
            if (active.delay != null) {
                active.delay.cancel();
            }
            end(stream);
        }
    }
}
