package dev.weft.filters;

import dev.weft.base.Address;
import dev.weft.http.FilterStatus;
import dev.weft.http.HttpFilter;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;

/**
 * Has requests of a session go to the endpoint the first one went to
 * ({@code envoy.extensions.filters.http.stateful_session.v3}). A stream keeps the address it was asked for.
 */
final class SessionFilter implements HttpFilter {
    private static final String NEW = "";

    private final SessionState state;
    private final boolean strict;
    private final SessionStats stats;
    private final int slot;

    SessionFilter(SessionState state, boolean strict, SessionStats stats, int slot) {
        this.state = state;
        this.strict = strict;
        this.stats = stats;
        this.slot = slot;
    }

    @Override
    public int phases() {
        return REQUEST_HEAD | RESPONSE_HEAD;
    }

    @Override
    public boolean keepsState() {
        return true;
    }

    @Override
    public FilterStatus onRequestHead(HttpStream stream, RequestHead head, boolean end) {
        if (state.covers(head)) {
            String asked = state.read(head.headers());
            stream.slot(slot, asked == null ? NEW : asked);
            if (asked != null) {
                stream.context().overrideHost(address(asked), strict);
            }
        }
        return FilterStatus.CONTINUE;
    }

    /** What is none is nobody's. */
    private static Address address(String text) {
        try {
            return Address.parse(text);
        } catch (IllegalArgumentException e) {
            return new Address(text, 0);
        }
    }

    @Override
    public void onResponseHead(HttpStream stream, ResponseHead head, boolean end) {
        Address endpoint = stream.context().endpoint();
        if (head.isInformational() || endpoint == null || !(stream.slot(slot) instanceof String asked)) {
            return;
        }
        int cell = stream.context().cell();
        if (asked.equals(endpoint.toString())) {
            stats.kept.increment(cell);
            return;
        }
        (asked.equals(NEW) ? stats.started : stats.moved).increment(cell);
        state.write(head.headers(), endpoint);
    }
}
