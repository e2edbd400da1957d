package dev.weft.http;

/** How a stream ended, as seen from the downstream side. */
public enum StreamEnd {
    /** The whole response was handed to the connection. */
    COMPLETE,
    /** Given up: the response was cut off after its head had gone out, or the codec refused the rest of the request. */
    RESET,
    /** The downstream peer went away. */
    DOWNSTREAM_GONE
}
