package dev.weft.adminapi;

import java.util.List;
import java.util.Map;

/**
 * One instance.
 *
 * @param address IP
 * @param identity SPIFFE identity its peers expect
 * @param mtls whether its endpoints are reached over mTLS
 * @param ready whether it passes the checks of its own sidecar; always where it has none
 * @param origin {@code lease} for a registered instance, else {@code file:line}
 * @param services names ({@code name.namespace}) of the services that select it
 */
public record WorkloadItem(
        String name,
        String namespace,
        String address,
        List<PortItem> ports,
        Map<String, String> labels,
        String identity,
        boolean mtls,
        boolean ready,
        String origin,
        List<String> services) {}
