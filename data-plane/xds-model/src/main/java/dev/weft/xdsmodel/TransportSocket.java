package dev.weft.xdsmodel;

/** What wraps the bytes of a connection. */
public sealed interface TransportSocket {
    /** {@code raw_buffer}, or absent. */
    record Plaintext() implements TransportSocket {}

    /**
     * {@code envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext}: we are the server.
     *
     * @param requireClientCertificate default false
     * @param requireSni default false
     */
    record DownstreamTls(CommonTls common, boolean requireClientCertificate, boolean requireSni)
            implements TransportSocket {}

    /**
     * {@code envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext}: we are the client.
     *
     * @param sni empty = none
     * @param autoHostSni take the SNI from the endpoint's hostname; default false
     * @param autoSniSanValidation check the certificate against the SNI sent; default false
     */
    record UpstreamTls(CommonTls common, String sni, boolean autoHostSni, boolean autoSniSanValidation)
            implements TransportSocket {}
}
