package dev.weft.adminapi;

import java.util.List;

/** All services, ordered by namespace and name. */
public record ServiceList(long configVersion, List<ServiceItem> services) {}
