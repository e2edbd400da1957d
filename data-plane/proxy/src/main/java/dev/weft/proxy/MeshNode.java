package dev.weft.proxy;

import dev.weft.base.ExplicitPorts;
import dev.weft.base.Locality;
import dev.weft.xdsmodel.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who a sidecar says it is: the xDS node in Istio's form, and its registration as an instance. */
final class MeshNode {
    private static final long START = System.currentTimeMillis();

    private final Options.Sidecar options;
    private final String name;

    /** @param suffix tells instances of one service apart when no name was given */
    MeshNode(Options.Sidecar options, String suffix) {
        this.options = options;
        this.name = options.name().isEmpty() ? options.service() + "-" + suffix : options.name();
    }

    String name() {
        return name;
    }

    /** The instance's labels; {@code app} is the service unless said otherwise. */
    Map<String, String> labels() {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("app", options.service());
        labels.putAll(options.labels());
        return labels;
    }

    /** {@code sidecar~IP~NAME.NAMESPACE~NAMESPACE.svc.DOMAIN}, with what translation needs to know in the metadata. */
    Node node() {
        Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
        metadata.put("NAME", name);
        metadata.put("NAMESPACE", options.namespace());
        metadata.put("SERVICE_ACCOUNT", options.serviceAccount());
        metadata.put("LABELS", labels());
        metadata.put("INTERCEPTION_MODE", options.mode().name());
        metadata.put("INSTANCE_IPS", options.address());
        metadata.put(
                "PORTS",
                String.join(
                        ",", options.ports().stream().map(p -> "" + p.port()).toList()));
        metadata.put("WEFT_VERSION", Version.TEXT);
        metadata.put("WEFT_UID", uid());
        String id = "sidecar~" + options.address() + "~" + name + "." + options.namespace() + "~" + options.namespace()
                + ".svc." + options.domain();
        return new Node(
                id, options.service() + "." + options.namespace(), Locality.parse(options.locality()), metadata);
    }

    /** The registration message. */
    Map<String, Object> registration() {
        List<Map<String, Object>> ports = new ArrayList<>();
        Map<Integer, Integer> inbound = ExplicitPorts.inbound(
                options.ports().stream().map(Options.Port::port).toList());
        for (Options.Port port : options.ports()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("port", port.port());
            if (options.mode() == Options.Mode.NONE) {
                entry.put("inboundPort", inbound.get(port.port()));
            }
            if (!port.protocol().isEmpty()) {
                entry.put("protocol", port.protocol());
            }
            ports.add(entry);
        }
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("name", name);
        message.put("namespace", options.namespace());
        message.put("service", options.service());
        message.put("serviceAccount", options.serviceAccount());
        message.put("address", options.address());
        message.put("ports", ports);
        message.put("labels", labels());
        if (!options.locality().isEmpty()) {
            message.put("locality", options.locality());
        }
        message.put("tls", "multiplexed");
        message.put("proxyAdmin", new dev.weft.base.Address(options.address(), SidecarProxy.REMOTE_PORT).toString());
        message.put("uid", uid());
        return message;
    }

    /** One instance's life: another start of the same name is another uid. */
    private String uid() {
        return name + "@" + ProcessHandle.current().pid() + "." + START;
    }
}
