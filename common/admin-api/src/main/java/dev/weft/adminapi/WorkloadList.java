package dev.weft.adminapi;

import java.util.List;

/** All workloads, ordered by namespace and name. */
public record WorkloadList(long configVersion, List<WorkloadItem> workloads) {}
