package dev.weft.translate;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshSettings.Egress;
import dev.weft.meshmodel.Service;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The route configurations of callers for whom the same routes are there. */
final class Routes {
    private static final int DEFAULT_HTTP_PORT = 80;

    private Routes() {}

    /** With interception: one route configuration per port number, named by it. */
    static Map<String, RouteConfiguration> byPort(MeshImage image, Callers callers) {
        Map<Integer, RouteConfiguration.Builder> byPort = new TreeMap<>();
        for (Service service : image.services()) {
            for (Service.Port port : service.ports()) {
                if (port.protocol().mayBeHttp()) {
                    byPort.computeIfAbsent(port.port(), number -> configuration(String.valueOf(number)))
                            // HTTP is routed by authority on the port it was sent to: the port in it says nothing new
                            .setIgnorePortInHostMatching(true)
                            .addVirtualHosts(virtualHost(
                                    image, service, port, callers, domains(image, service, callers.namespace())));
                }
            }
        }
        Map<String, RouteConfiguration> routes = new TreeMap<>();
        byPort.forEach((number, builder) -> {
            builder.addVirtualHosts(image.settings().egress() == Egress.ALLOW_ANY ? allowAny() : blockAll());
            routes.put(String.valueOf(number), builder.build());
        });
        return routes;
    }

    /** Without interception: the application names the port in the authority of an absolute-form request. */
    static RouteConfiguration explicit(MeshImage image, Callers callers) {
        RouteConfiguration.Builder builder = configuration(Names.HTTP_PROXY);
        for (Service service : image.services()) {
            for (Service.Port port : service.ports()) {
                if (port.protocol().mayBeHttp()) {
                    List<String> domains = new ArrayList<>();
                    for (String domain : domains(image, service, callers.namespace())) {
                        domains.add(domain + ":" + port.port());
                        if (port.port() == DEFAULT_HTTP_PORT) {
                            domains.add(domain);
                        }
                    }
                    builder.addVirtualHosts(virtualHost(image, service, port, callers, domains));
                }
            }
        }
        // there is no original destination to pass an unknown request through to
        return builder.addVirtualHosts(blockAll()).build();
    }

    private static RouteConfiguration.Builder configuration(String name) {
        return RouteConfiguration.newBuilder()
                .setName(name)
                // a cluster that is not there answers for itself (see Names.INVALID_BACKEND)
                .setValidateClusters(BoolValue.of(false));
    }

    private static VirtualHost virtualHost(
            MeshImage image, Service service, Service.Port port, Callers callers, List<String> domains) {
        VirtualHost.Builder host = VirtualHost.newBuilder()
                .setName(image.fqdn(service.key()) + ":" + port.port())
                .addAllDomains(domains)
                .addAllRoutes(RouteRules.of(image, service, port, callers));
        Any fault = Faults.of(image, service.key(), port.name());
        if (fault != null) {
            host.putTypedPerFilterConfig(Filters.FAULT, fault);
        }
        return host.build();
    }

    private static List<String> domains(MeshImage image, Service service, String namespace) {
        List<String> domains = names(image, service, namespace);
        domains.add(image.vip(service));
        return domains;
    }

    /** What callers of a namespace may call the Service. */
    static List<String> names(MeshImage image, Service service, String namespace) {
        String name = service.name() + "." + service.namespace();
        List<String> domains = new ArrayList<>();
        domains.add(image.fqdn(service.key()));
        domains.add(name + ".svc");
        domains.add(name);
        if (service.namespace().equals(namespace)) {
            domains.add(service.name());
        }
        return domains;
    }

    private static VirtualHost allowAny() {
        return VirtualHost.newBuilder()
                .setName("allow_any")
                .addDomains("*")
                .addRoutes(Route.newBuilder()
                        .setName("allow_any")
                        .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                        .setRoute(RouteAction.newBuilder()
                                .setCluster(Names.PASSTHROUGH)
                                .setTimeout(Protos.millis(0))))
                .build();
    }

    private static VirtualHost blockAll() {
        return VirtualHost.newBuilder()
                .setName("block_all")
                .addDomains("*")
                .addRoutes(Route.newBuilder()
                        .setName("block_all")
                        .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                        .setDirectResponse(DirectResponseAction.newBuilder()
                                .setStatus(502)
                                .setBody(
                                        DataSource.newBuilder().setInlineString("the mesh does not know this host\n"))))
                .build();
    }
}
