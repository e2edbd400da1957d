package dev.weft.codec;

/**
 * What the requests on an HTTP/2 connection are. Between two proxies of ours ({@code weft-mux}) one connection carries any
 * HTTP, and each message arrives as what it was: its protocol and the case of its names ({@link MuxTag}).
 */
public enum Mux {
    /** HTTP/2 and nothing else. */
    OFF,
    /** All are of HTTP/1, whatever they came in: the cluster speaks that. */
    HTTP1,
    /** All are of HTTP/2. */
    HTTP2,
    /** Each is what it came in. */
    AS_RECEIVED
}
