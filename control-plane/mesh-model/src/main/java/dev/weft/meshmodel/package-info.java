/** The mesh's truth: workloads, services, routes, policies, the mesh image and its delta. */
@NullMarked
package dev.weft.meshmodel;

import org.jspecify.annotations.NullMarked;
