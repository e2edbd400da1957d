/** Suites against real peers and in network namespaces. */
@NullMarked
package dev.weft.conformance;

import org.jspecify.annotations.NullMarked;
