package dev.weft.xdsmodel;

/** {@code envoy.extensions.upstreams.http.v3.HttpProtocolOptions}: what is spoken to a cluster's endpoints. */
public record UpstreamHttp(
        Protocol protocol, Http1ProtocolOptions http1, Http2ProtocolOptions http2, HttpProtocolOptions common) {
    public static final UpstreamHttp DEFAULT = new UpstreamHttp(
            Protocol.HTTP1, Http1ProtocolOptions.DEFAULT, Http2ProtocolOptions.DEFAULT, HttpProtocolOptions.DEFAULT);

    /** How the protocol is chosen. */
    public enum Protocol {
        HTTP1,
        HTTP2,
        /** By ALPN. */
        AUTO,
        /** What the downstream request came in. */
        USE_DOWNSTREAM
    }
}
