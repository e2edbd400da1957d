package dev.weft.http;

import io.netty.buffer.ByteBuf;

/**
 * One step in the life of every stream of a route. Filters are stateless and shared by all streams of all loops; what must
 * live as long as a stream sits in a slot ({@link HttpStream#slot}). All calls come on the stream's loop.
 */
public interface HttpFilter {
    /** Phase bits for {@link #phases()}. */
    int REQUEST_HEAD = 1;

    int REQUEST_DATA = 2;
    int RESPONSE_HEAD = 4;
    int RESPONSE_DATA = 8;
    int STREAM_END = 16;

    /** The phases this filter takes part in; it is not called for others. Fixed for the life of the filter. */
    int phases();

    /** Whether it keeps something for each stream, and so needs a slot of its own. Fixed for the life of the filter. */
    default boolean keepsState() {
        return false;
    }

    /** The request's head; {@code end} when there is no body. */
    default FilterStatus onRequestHead(HttpStream stream, RequestHead head, boolean end) {
        return FilterStatus.CONTINUE;
    }

    /** A piece of the request's body; the buffer stays the stream's. */
    default void onRequestData(HttpStream stream, ByteBuf data, boolean end) {}

    /** Trailers, which end the request. */
    default void onRequestTrailers(HttpStream stream, HeaderBlock trailers) {}

    /** The response's head, interim ones ({@link ResponseHead#isInformational()}) included. Also of local replies. */
    default void onResponseHead(HttpStream stream, ResponseHead head, boolean end) {}

    /** A piece of the response's body; the buffer stays the stream's. */
    default void onResponseData(HttpStream stream, ByteBuf data, boolean end) {}

    /** Trailers, which end the response. */
    default void onResponseTrailers(HttpStream stream, HeaderBlock trailers) {}

    /** The stream is over; called exactly once. */
    default void onStreamEnd(HttpStream stream, StreamEnd end) {}
}
