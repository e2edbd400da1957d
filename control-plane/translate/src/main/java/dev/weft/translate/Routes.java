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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The route configurations of callers for whom the same routes are there. Remembers the virtual hosts that it made. Not thread safe. */
final class Routes {
    private static final int DEFAULT_HTTP_PORT = 80;

    private static final VirtualHost ALLOW_ANY = VirtualHost.newBuilder()
            .setName("allow_any")
            .addDomains("*")
            .addRoutes(Route.newBuilder()
                    .setName("allow_any")
                    .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                    .setRoute(RouteAction.newBuilder()
                            .setCluster(Names.PASSTHROUGH)
                            .setTimeout(Protos.millis(0))))
            .build();

    private static final VirtualHost BLOCK_ALL = VirtualHost.newBuilder()
            .setName("block_all")
            .addDomains("*")
            .addRoutes(Route.newBuilder()
                    .setName("block_all")
                    .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                    .setDirectResponse(DirectResponseAction.newBuilder()
                            .setStatus(502)
                            .setBody(DataSource.newBuilder().setInlineString("the mesh does not know this host\n"))))
            .build();

    private final PerService<VirtualHost> redirected = new PerService<>();
    private final PerService<VirtualHost> explicit = new PerService<>();
    private final Map<String, RouteConfiguration> last = new HashMap<>(); // by callers and name

    /** With interception: one route configuration per port number, named by it. */
    Map<String, RouteConfiguration> byPort(MeshImage image, Callers callers) {
        Map<Integer, RouteConfiguration.Builder> byPort = new TreeMap<>();
        for (Service service : image.services()) {
            for (Service.Port port : service.ports()) {
                if (port.protocol().mayBeHttp()) {
                    byPort.computeIfAbsent(port.port(), number -> configuration(String.valueOf(number)))
                            // HTTP is routed by authority on the port it was sent to: the port in it says nothing new
                            .setIgnorePortInHostMatching(true)
                            .addVirtualHosts(redirected.of(
                                    image,
                                    service,
                                    port,
                                    callers,
                                    () -> virtualHost(
                                            image,
                                            service,
                                            port,
                                            callers,
                                            domains(image, service, callers.namespace()))));
                }
            }
        }
        Map<String, RouteConfiguration> routes = new TreeMap<>();
        byPort.forEach((number, builder) -> {
            builder.addVirtualHosts(image.settings().egress() == Egress.ALLOW_ANY ? ALLOW_ANY : BLOCK_ALL);
            routes.put(String.valueOf(number), same(callers, builder.build()));
        });
        return routes;
    }

    /** Without interception: the application names the port in the authority of an absolute-form request. */
    RouteConfiguration explicit(MeshImage image, Callers callers) {
        RouteConfiguration.Builder builder = configuration(Names.HTTP_PROXY);
        for (Service service : image.services()) {
            for (Service.Port port : service.ports()) {
                if (port.protocol().mayBeHttp()) {
                    builder.addVirtualHosts(explicit.of(
                            image,
                            service,
                            port,
                            callers,
                            () -> virtualHost(
                                    image,
                                    service,
                                    port,
                                    callers,
                                    domainsWithPort(image, service, port, callers.namespace()))));
                }
            }
        }
        // there is no original destination to pass an unknown request through to
        return same(callers, builder.addVirtualHosts(BLOCK_ALL).build());
    }

    /** The object of the last time if every virtual host is the very same: it need not be serialised again. */
    private RouteConfiguration same(Callers callers, RouteConfiguration now) {
        RouteConfiguration before = last.put(callers + "/" + now.getName(), now);
        boolean same = before != null && before.getVirtualHostsCount() == now.getVirtualHostsCount();
        for (int i = 0; same && i < now.getVirtualHostsCount(); i++) {
            same = before.getVirtualHosts(i) == now.getVirtualHosts(i);
        }
        if (same) {
            last.put(callers + "/" + now.getName(), before);
        }
        return same ? before : now;
    }

    /** How many virtual hosts were made so far. */
    long made() {
        return redirected.made() + explicit.made();
    }

    private static List<String> domainsWithPort(MeshImage image, Service service, Service.Port port, String namespace) {
        List<String> domains = new ArrayList<>();
        for (String domain : domains(image, service, namespace)) {
            domains.add(domain + ":" + port.port());
            if (port.port() == DEFAULT_HTTP_PORT) {
                domains.add(domain);
            }
        }
        return domains;
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
}
