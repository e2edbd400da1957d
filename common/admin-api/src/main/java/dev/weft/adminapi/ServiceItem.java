package dev.weft.adminapi;

import java.util.List;

/**
 * One service.
 *
 * @param host fully qualified name
 * @param vip its address inside the mesh
 * @param endpoints workloads it selects now
 */
public record ServiceItem(
        String name, String namespace, String host, String vip, List<PortItem> ports, int endpoints) {}
