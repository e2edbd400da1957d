package dev.weft.http;

import java.util.List;

/**
 * The filters of a route in order, compiled at configuration time: one array per phase that holds only the filters taking
 * part in it, so that a phase nobody cares about costs a length check. Immutable; shared by all loops.
 */
public final class FilterChain {
    final HttpFilter[] requestHead;
    final HttpFilter[] requestData;
    /** Response phases run in reverse order: the filter nearest to the client sees the response last. */
    final HttpFilter[] responseHead;

    final HttpFilter[] responseData;
    final HttpFilter[] streamEnd;
    final TerminalFilter terminal;
    final int slots;

    /** @param slots how many per-stream slots the filters use together */
    public FilterChain(List<HttpFilter> filters, TerminalFilter terminal, int slots) {
        this.requestHead = with(filters, HttpFilter.REQUEST_HEAD);
        this.requestData = with(filters, HttpFilter.REQUEST_DATA);
        this.responseHead = with(filters.reversed(), HttpFilter.RESPONSE_HEAD);
        this.responseData = with(filters.reversed(), HttpFilter.RESPONSE_DATA);
        this.streamEnd = with(filters.reversed(), HttpFilter.STREAM_END);
        this.terminal = terminal;
        this.slots = slots;
    }

    private static HttpFilter[] with(List<HttpFilter> filters, int phase) {
        return filters.stream().filter(f -> (f.phases() & phase) != 0).toArray(HttpFilter[]::new);
    }
}
