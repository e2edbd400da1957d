package dev.weft.upstream;

/** Connections to endpoints for bytes we do not understand: one each, never pooled. */
public final class TcpConnector {
    private TcpConnector() {}

    /**
     * Connects within the cluster's connect time-out. The channel has no handler of ours and does not read yet. On the
     * loop; the listener may be called before this returns.
     */
    public static void connect(UpstreamLoop loop, EndpointRuntime endpoint, ConnectListener listener) {
        Connector.connect(loop, endpoint, Transport.Inside.TCP, listener);
    }
}
