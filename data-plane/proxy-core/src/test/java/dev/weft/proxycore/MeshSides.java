package dev.weft.proxycore;

import dev.weft.base.Address;
import dev.weft.net.OriginalDestination;
import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.CommonTls;
import dev.weft.xdsmodel.CommonTls.TlsVersion;
import dev.weft.xdsmodel.CommonTls.Validation;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.FilterChainMatch;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.LbEndpoint;
import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.ListenerFilter;
import dev.weft.xdsmodel.Metadata;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.TcpProxy;
import dev.weft.xdsmodel.TrafficDirection;
import dev.weft.xdsmodel.TransportSocket.DownstreamTls;
import dev.weft.xdsmodel.TransportSocket.Plaintext;
import dev.weft.xdsmodel.TransportSocket.UpstreamTls;
import dev.weft.xdsmodel.UpstreamHttp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The two sides of a mesh for tests: an engine at the caller's and one at the application's. */
final class MeshSides {
    static final String CLIENT = "spiffe://cluster.local/ns/shop/sa/web";
    static final String SERVER = "spiffe://cluster.local/ns/shop/sa/orders";
    static final MeshCa CA = new MeshCa();

    static CommonTls common(List<String> alpn) {
        return CommonTls.ofSecrets("default", new Validation(null, "ROOTCA"), TlsVersion.TLSv1_3, alpn);
    }

    /** The inbound side: HTTP and TCP by ALPN, STRICT. */
    static final class Inbound implements AutoCloseable {
        final TestProxy proxy = new TestProxy();

        Inbound(int applicationPort) {
            this(Cluster.ofStatic("inbound|8080||", LbEndpoint.of("127.0.0.1", applicationPort)), true);
        }

        /** @param forwarding what it tells the application of its caller */
        Inbound(int applicationPort, HttpConnectionManager.Forwarding forwarding) {
            this(Cluster.ofStatic("inbound|8080||", LbEndpoint.of("127.0.0.1", applicationPort)), true, forwarding);
        }

        /** @param mux whether it is a proxy of ours */
        Inbound(Cluster application, boolean mux) {
            this(application, mux, HttpConnectionManager.Forwarding.DEFAULT);
        }

        private Inbound(Cluster application, boolean mux, HttpConnectionManager.Forwarding forwarding) {
            List<String> http = mux ? List.of("weft-mux", "istio-http/1.1") : List.of("istio-http/1.1");
            DownstreamTls tls = new DownstreamTls(
                    common(Stream.concat(http.stream(), Stream.of("istio")).toList()), true, false);
            FilterChainMatch match = FilterChainMatch.ANY.withTransportProtocol("tls");
            proxy.clusters.put(application.name(), application);
            Listener plain = Listener.of(
                    "http",
                    new Address("127.0.0.1", 0),
                    FilterChain.of(
                            match.withApplicationProtocols("weft-mux", "istio-http/1.1"),
                            tls,
                            forwarding(TestProxy.forward(application.name()), forwarding)),
                    FilterChain.of(
                            match.withApplicationProtocols("istio"), tls, TcpProxy.of("tcp", application.name())));
            proxy.listeners.put("http", inspected(plain, TrafficDirection.INBOUND));
            rotate(SERVER);
        }

        void rotate(String identity) {
            proxy.secrets.putAll(CA.secrets(identity));
            proxy.apply();
        }

        @Override
        public void close() {
            proxy.close();
        }
    }

    /** A manager that allows much and tells the application of its caller so. */
    static HttpConnectionManager forwarding(RouteConfiguration routes, HttpConnectionManager.Forwarding forwarding) {
        HttpConnectionManager m = TestProxy.generous(routes);
        return TestProxy.edge(m, forwarding, m.paths(), m.commonHttp());
    }

    static Listener inspected(Listener l, TrafficDirection direction) {
        return new Listener(
                l.name(),
                l.address(),
                l.filterChains(),
                l.defaultFilterChain(),
                List.of(ListenerFilter.TLS_INSPECTOR, ListenerFilter.HTTP_INSPECTOR),
                Duration.ofMillis(200),
                true,
                l.useOriginalDst(),
                l.bindToPort(),
                direction,
                null,
                null,
                "",
                List.of(),
                Metadata.NONE);
    }

    /** The outbound side with its one cluster behind a listener {@code http} and one {@code tcp}. */
    static TestProxy outbound(int inboundPort, String expected, String own) {
        return outbound(inboundPort, expected, own, false, UpstreamHttp.DEFAULT);
    }

    /** @param mux whether it is told that the inbound side is a proxy of ours */
    static TestProxy outbound(int inboundPort, String expected, String own, boolean mux, UpstreamHttp spoken) {
        TestProxy proxy = new TestProxy(OriginalDestination.NONE, CLIENT);
        LbEndpoint endpoint = new LbEndpoint(
                new Address("127.0.0.1", inboundPort),
                "",
                LbEndpoint.HealthStatus.HEALTHY,
                new Metadata(Map.of(
                        "envoy.transport_socket_match", Map.of("tlsMode", "istio"),
                        "istio", Map.of("workload", "orders-1;shop;orders;v1;here"),
                        "weft", Map.of("identity", expected, "mux", mux))),
                1);
        Cluster base = Cluster.ofStatic("outbound|80||orders.shop.svc.cluster.local", endpoint);
        UpstreamTls tls =
                new UpstreamTls(common(List.of("istio-http/1.1", "istio")), "outbound_.80_._.orders", false, false);
        Cluster cluster = new Cluster(
                base.name(),
                "",
                base.type(),
                "",
                Duration.ofSeconds(2),
                base.loadBalancing(),
                base.loadAssignment(),
                new Plaintext(),
                List.of(new Cluster.TransportSocketMatch("tls", Map.of("tlsMode", "istio"), tls)),
                base.circuitBreakers(),
                spoken,
                base.dns(),
                base.originalDst(),
                null,
                Metadata.NONE,
                List.of(),
                Cluster.HealthChecking.NONE);
        proxy.clusters.put(cluster.name(), cluster);
        proxy.listener("http", FilterChain.of(TestProxy.generous(TestProxy.forward(cluster.name()))));
        proxy.listener("tcp", FilterChain.of(TcpProxy.of("tcp", cluster.name())));
        proxy.secrets.putAll(CA.secrets(own));
        return proxy.apply();
    }

    private MeshSides() {}
}
