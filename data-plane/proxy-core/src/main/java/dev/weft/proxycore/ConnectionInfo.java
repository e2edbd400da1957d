package dev.weft.proxycore;

import dev.weft.balance.PickContext;
import dev.weft.base.IpLiteral;
import dev.weft.http.Ascii;
import dev.weft.upstream.ClusterRuntime;
import dev.weft.upstream.EndpointRuntime;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of an accepted connection when its filter chain is chosen; filled by accept and detection. */
final class ConnectionInfo {
    final InetSocketAddress remote;
    /** Original destination of a redirected connection, else the local address. */
    final InetSocketAddress destination;

    final boolean redirected;
    String transportProtocol = "raw_buffer";
    String serverName = "";
    List<String> applicationProtocols = List.of();

    // For the listener's log, written by whoever serves the connection.
    @Nullable
    String protocol;

    @Nullable
    EndpointRuntime upstream;

    int flags;
    boolean unserved;

    private byte @Nullable [] remoteIp;
    private byte @Nullable [] remoteIpText;
    private byte @Nullable [] destinationPortText;

    /**
     * The endpoint of a cluster for a request or connection of ours. An ORIGINAL_DST cluster has one only for redirected
     * connections, since dialling the address of one that was not would lead back to ourselves, and none for an address that
     * stands for a service.
     */
    @Nullable
    EndpointRuntime endpoint(ClusterRuntime cluster, PickContext context) {
        if (!cluster.isOriginalDst()) {
            return cluster.pick(context);
        }
        return redirected ? cluster.originalDestination(destination) : null;
    }

    /** Whether the cluster has no endpoint for us because we were called at an address that is nobody's own. */
    boolean isVirtual(ClusterRuntime cluster) {
        return redirected && cluster.isVirtual(destination);
    }

    /** The peer's address of 4 or 16 bytes. */
    @SuppressWarnings("MutableMethodReturnType")
    byte[] remoteIp() {
        byte[] known = remoteIp;
        if (known == null) {
            known = remote.getAddress().getAddress();
            remoteIp = known;
        }
        return known;
    }

    /** The same as headers say it. */
    @SuppressWarnings("MutableMethodReturnType")
    byte[] remoteIpText() {
        byte[] known = remoteIpText;
        if (known == null) {
            known = Ascii.bytes(IpLiteral.format(remoteIp()));
            remoteIpText = known;
        }
        return known;
    }

    /** At which port we were called, in decimal. */
    @SuppressWarnings("MutableMethodReturnType")
    byte[] destinationPortText() {
        byte[] known = destinationPortText;
        if (known == null) {
            known = Ascii.bytes(Integer.toString(destination.getPort()));
            destinationPortText = known;
        }
        return known;
    }

    ConnectionInfo(InetSocketAddress remote, InetSocketAddress destination, boolean redirected) {
        this.remote = remote;
        this.destination = destination;
        this.redirected = redirected;
    }
}
