package dev.weft.xdsmodel;

import dev.weft.base.Address;
import dev.weft.base.Cidr;
import dev.weft.base.Locality;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.endpoint.v3.ClusterLoadAssignment} to {@link ClusterLoadAssignment}. */
final class EndpointParser {
    private EndpointParser() {}

    /** @param literals whether addresses must be IP literals (all but DNS clusters) */
    static ClusterLoadAssignment parse(MessageView view, boolean literals) {
        List<LocalityLbEndpoints> localities = new ArrayList<>();
        for (MessageView locality : view.messages("endpoints")) {
            localities.add(locality(locality, literals));
        }
        checkPriorities(view, localities);
        int overprovisioning = 140;
        MessageView policy = view.message("policy");
        if (policy != null) {
            Integer factor = policy.integerOrNull("overprovisioning_factor");
            overprovisioning = factor == null ? overprovisioning : factor;
        }
        return new ClusterLoadAssignment(view.string("cluster_name"), localities, overprovisioning);
    }

    /** Envoy: priorities start at 0 and have no gap. */
    private static void checkPriorities(MessageView view, List<LocalityLbEndpoints> localities) {
        Set<Integer> seen = new HashSet<>();
        int highest = -1;
        for (LocalityLbEndpoints locality : localities) {
            seen.add(locality.priority());
            highest = Math.max(highest, locality.priority());
        }
        if (seen.size() != highest + 1) {
            view.error("endpoints", "invalid-value", "priorities must start at 0 and have no gap", "");
        }
    }

    private static LocalityLbEndpoints locality(MessageView view, boolean literals) {
        List<LbEndpoint> endpoints = new ArrayList<>();
        for (MessageView endpoint : view.messages("lb_endpoints")) {
            endpoints.add(endpoint(endpoint, literals));
        }
        MessageView locality = view.message("locality");
        return new LocalityLbEndpoints(
                locality == null ? Locality.UNKNOWN : locality(locality),
                endpoints,
                view.number("load_balancing_weight", 0),
                (int) Math.min(view.number("priority"), 1000));
    }

    static Locality locality(MessageView view) {
        return new Locality(view.string("region"), view.string("zone"), view.string("sub_zone"));
    }

    private static LbEndpoint endpoint(MessageView view, boolean literals) {
        if (!"endpoint".equals(view.which("host_identifier"))) {
            view.error("endpoint", "required", "must be set", "");
        }
        MessageView endpoint = view.messageOrEmpty("endpoint");
        if (endpoint.message("address") == null) {
            endpoint.error("address", "required", "must be set", "");
        }
        Address address = CommonParser.address(endpoint.messageOrEmpty("address"));
        if (literals && Cidr.literal(address.host()) == null) {
            endpoint.error(
                    "address.socket_address.address",
                    "invalid-value",
                    "not an IP address: '" + address.host() + "'",
                    "only STRICT_DNS clusters look names up");
        }
        return new LbEndpoint(
                address,
                endpoint.string("hostname"),
                view.choice("health_status", LbEndpoint.HealthStatus.values()),
                CommonParser.metadata(view, "metadata"),
                view.number("load_balancing_weight", 1),
                healthCheck(endpoint.message("health_check_config")));
    }

    private static LbEndpoint.HealthCheckConfig healthCheck(@Nullable MessageView view) {
        if (view == null) {
            return LbEndpoint.HealthCheckConfig.DEFAULT;
        }
        MessageView at = view.message("address");
        Address address = at == null ? null : CommonParser.address(at);
        if (address != null && Cidr.literal(address.host()) == null) {
            view.error("address", "invalid-value", "not an IP address: '" + address.host() + "'", "");
        }
        return new LbEndpoint.HealthCheckConfig(
                address,
                (int) view.number("port_value"),
                view.string("hostname"),
                view.bool("disable_active_health_check"));
    }
}
