package dev.weft.http;

/** How a stream ended, as seen from the downstream side. */
public enum StreamEnd {
    /** The whole response was handed to the connection. */
    COMPLETE,
    /** The rest of the request broke the protocol: the codec answered by itself, or cut off the response that had begun. */
    REFUSED,
    /** The response was cut off: the upstream or the proxy gave up after the head had gone out. */
    RESET,
    /** The downstream peer went away. */
    DOWNSTREAM_GONE
}
