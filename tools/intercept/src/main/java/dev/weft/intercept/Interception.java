package dev.weft.intercept;

import dev.weft.base.Cidr;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What is to be redirected to a sidecar, and what is not. Turned into rule text by {@link NftablesRules} and {@link
 * IptablesRules}, put into the kernel by {@link Interceptor}.
 *
 * @param outboundPort where outgoing connections of the workload go
 * @param inboundPort where connections to the workload go
 * @param proxyUid the sidecar's user; its own connections are let through
 * @param excludedInboundPorts TCP ports of the workload that stay reachable directly
 * @param excludedOutboundPorts TCP ports the workload reaches directly
 * @param excludedOutboundCidrs networks the workload reaches directly
 * @param excludedUids users whose connections are let through, besides the sidecar's
 * @param scope what of the namespace it concerns
 */
public record Interception(
        int outboundPort,
        int inboundPort,
        int proxyUid,
        SortedSet<Integer> excludedInboundPorts,
        SortedSet<Integer> excludedOutboundPorts,
        List<Cidr> excludedOutboundCidrs,
        SortedSet<Integer> excludedUids,
        Scope scope) {
    /** Ports of the sidecar itself: admin, outbound, inbound, control and metrics, readiness. Istio's numbers. */
    static final List<Integer> OWN_PORTS = List.of(15000, 15001, 15006, 15020, 15021);

    /** The address the sidecar's inbound side dials its application from (Istio's choice, too). */
    static final String INBOUND_SOURCE = "127.0.0.6";

    /** The same for IPv6. */
    static final String INBOUND_SOURCE_V6 = "::6";

    /** Addresses of services: a route to them must exist before a connection can be redirected. */
    static final String SERVICE_ADDRESSES = "240.240.0.0/16";

    /** The admin port: root and the sidecar only. */
    static final int ADMIN_PORT = 15000;

    public Interception {
        excludedInboundPorts = ports(excludedInboundPorts);
        excludedOutboundPorts = ports(excludedOutboundPorts);
        excludedOutboundCidrs = List.copyOf(excludedOutboundCidrs);
        excludedUids = new TreeSet<>(excludedUids);
    }

    private static SortedSet<Integer> ports(SortedSet<Integer> ports) {
        for (int port : ports) {
            checkPort(port);
        }
        return new TreeSet<>(ports);
    }

    static int checkPort(int port) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("not a TCP port: " + port);
        }
        return port;
    }

    /**
     * Everything in the workload's own namespace, ports and user as everybody knows them. Port 22 is left alone: a
     * machine nobody can log in to is worse than a shell that is not in the mesh.
     */
    public static Interception sidecar() {
        return new Interception(
                15001,
                15006,
                1337,
                new TreeSet<>(List.of(22)),
                new TreeSet<>(),
                List.of(),
                new TreeSet<>(),
                new Scope.WholeNamespace());
    }

    /** The same with other exclusions. */
    public Interception excluding(
            SortedSet<Integer> inboundPorts,
            SortedSet<Integer> outboundPorts,
            List<Cidr> outboundCidrs,
            SortedSet<Integer> uids) {
        return new Interception(
                outboundPort, inboundPort, proxyUid, inboundPorts, outboundPorts, outboundCidrs, uids, scope);
    }

    /** The same for another scope. */
    public Interception within(Scope other) {
        return new Interception(
                outboundPort,
                inboundPort,
                proxyUid,
                excludedInboundPorts,
                excludedOutboundPorts,
                excludedOutboundCidrs,
                excludedUids,
                other);
    }
}
