/** Fakes, peers, network namespaces and the in-process mesh that tests share. */
@NullMarked
package dev.weft.testkit;

import org.jspecify.annotations.NullMarked;
