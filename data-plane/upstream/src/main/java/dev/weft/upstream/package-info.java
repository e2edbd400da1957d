/** Cluster runtime: hosts, per-loop connection pools, DNS. */
@NullMarked
package dev.weft.upstream;

import org.jspecify.annotations.NullMarked;
