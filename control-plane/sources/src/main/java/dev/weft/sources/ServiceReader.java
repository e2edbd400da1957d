package dev.weft.sources;

import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.Service.Port;
import dev.weft.meshmodel.Service.Protocol;
import dev.weft.meshmodel.Service.TargetPort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code v1 Service}, with {@code tls: disabled} on a port as Weft's one addition. */
final class ServiceReader {
    /**
     * Ports of protocols in which the server speaks first (IANA's register): FTP, SSH, SMTP, POP3, IMAP, submission, MySQL. Istio
     * does so for SMTP, MySQL and others. Not PostgreSQL, Redis and MongoDB: there the client's first bytes tell that it is not
     * HTTP.
     */
    private static final Set<Integer> SERVER_FIRST = Set.of(21, 22, 25, 110, 143, 587, 3306);

    private ServiceReader() {}

    static Service read(ResourceKey key, Map<String, String> labels, FieldReader spec) {
        List<Port> ports = new ArrayList<>();
        Set<Integer> numbers = new HashSet<>();
        Set<String> names = new HashSet<>();
        List<FieldReader> items = spec.objects("ports");
        for (FieldReader item : items) {
            Port port = port(item, items.size() > 1);
            if (item.has("port") && !numbers.add(port.port())) {
                item.findings().error("port-clash", item.at("port"), "port " + port.port() + " is there twice", "");
            }
            if (!port.name().isEmpty() && !names.add(port.name())) {
                item.findings()
                        .error("port-clash", item.at("name"), "the name '" + port.name() + "' is there twice", "");
            }
            ports.add(port);
        }
        if (items.isEmpty()) {
            if (spec.has("ports")) {
                spec.findings().error("missing-field", spec.at("ports"), "needs at least one port", "");
            } else {
                spec.missing("ports");
            }
        }
        String type = spec.string("type");
        if ("ExternalName".equals(type)) {
            spec.findings()
                    .error("bad-value", spec.at("type"), "destinations outside the mesh are not supported yet", "");
        }
        spec.unused(
                "clusterIP",
                "clusterIPs",
                "externalIPs",
                "sessionAffinity",
                "loadBalancerIP",
                "loadBalancerSourceRanges",
                "externalName",
                "externalTrafficPolicy",
                "healthCheckNodePort",
                "publishNotReadyAddresses",
                "sessionAffinityConfig",
                "ipFamilies",
                "ipFamilyPolicy",
                "allocateLoadBalancerNodePorts",
                "loadBalancerClass",
                "internalTrafficPolicy",
                "trafficDistribution");
        return new Service(key, ports, spec.stringMap("selector"), labels);
    }

    private static Port port(FieldReader item, boolean nameNeeded) {
        String name = item.string("name");
        int number = item.requiredInteger("port", 1, 65_535);
        if (name == null && nameNeeded) {
            item.missing("name");
        } else if (name != null && !Names.isLabel(name)) {
            item.findings().error("bad-name", item.at("name"), "is not a valid name: '" + name + "'", Names.RULE);
        }
        String transport = item.string("protocol");
        if (transport != null && !transport.equals("TCP")) {
            item.findings()
                    .error(
                            "bad-value",
                            item.at("protocol"),
                            "only TCP is carried (got '" + transport + "')",
                            "HTTP and the like go into appProtocol");
        }
        String tls = item.string("tls");
        if (tls != null && !tls.equals("disabled")) {
            item.findings()
                    .error(
                            "bad-value",
                            item.at("tls"),
                            "is not one of its values (got '" + tls + "')",
                            "write 'disabled' to let callers without mesh identity in, or remove the field");
        }
        item.unused("nodePort");
        Protocol protocol = protocol(item.string("appProtocol"), name);
        if (protocol == Protocol.UNDECLARED && SERVER_FIRST.contains(number)) {
            item.findings()
                    .info(
                            "server-first-port",
                            item.at("port"),
                            "at port " + number + " the server speaks first, so nothing is detected: it is opaque TCP",
                            "appProtocol says otherwise, or the same without this finding");
            protocol = Protocol.TCP;
        }
        return new Port(name == null ? "" : name, number, target(item, number), protocol, tls != null);
    }

    private static TargetPort target(FieldReader item, int number) {
        if (!item.has("targetPort")) {
            return new TargetPort.Number(number);
        }
        if (item.isInteger("targetPort")) {
            Integer target = item.integer("targetPort", 1, 65_535);
            return new TargetPort.Number(target == null ? number : target);
        }
        String target = item.string("targetPort");
        if (target != null && !Names.isLabel(target)) {
            item.findings().error("bad-name", item.at("targetPort"), "is neither a port nor a port's name", Names.RULE);
        }
        return target == null ? new TargetPort.Number(number) : new TargetPort.Name(target);
    }

    /** By appProtocol, else by the part of the port's name before the first dash (Istio's explicit protocol selection). */
    static Protocol protocol(@Nullable String appProtocol, @Nullable String portName) {
        if (appProtocol != null) {
            return switch (appProtocol.toLowerCase(Locale.ROOT)) {
                case "http", "kubernetes.io/ws" -> Protocol.HTTP;
                case "http2", "grpc-web", "kubernetes.io/h2c" -> Protocol.HTTP2;
                case "grpc" -> Protocol.GRPC;
                default -> Protocol.TCP; // declared, and nothing whose inside we read
            };
        }
        String name = portName == null ? "" : portName;
        int dash = name.indexOf('-');
        return switch (dash < 0 ? name : name.substring(0, dash)) {
            case "http" -> Protocol.HTTP;
            case "http2" -> Protocol.HTTP2;
            case "grpc" -> Protocol.GRPC;
            case "tcp", "tls", "https", "mongo", "mysql", "redis", "postgres" -> Protocol.TCP;
            default -> Protocol.UNDECLARED;
        };
    }
}
