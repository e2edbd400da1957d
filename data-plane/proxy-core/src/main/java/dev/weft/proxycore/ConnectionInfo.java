package dev.weft.proxycore;

import java.net.InetSocketAddress;
import java.util.List;

/** What is known of an accepted connection when its filter chain is chosen; filled by accept and detection. */
final class ConnectionInfo {
    final InetSocketAddress remote;
    /** Original destination of a redirected connection, else the local address. */
    final InetSocketAddress destination;

    final boolean redirected;
    String transportProtocol = "raw_buffer";
    String serverName = "";
    List<String> applicationProtocols = List.of();

    ConnectionInfo(InetSocketAddress remote, InetSocketAddress destination, boolean redirected) {
        this.remote = remote;
        this.destination = destination;
        this.redirected = redirected;
    }
}
