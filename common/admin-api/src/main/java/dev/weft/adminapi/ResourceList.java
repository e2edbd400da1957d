package dev.weft.adminapi;

import java.util.List;

/** Resources of the mesh as in force, ordered by kind, namespace and name. */
public record ResourceList(long configVersion, List<ResourceItem> resources) {}
