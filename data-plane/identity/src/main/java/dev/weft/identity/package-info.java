/** Workload keys, certificate requests, renewal, trust bundles, SPIFFE rules. No socket of its own. */
@NullMarked
package dev.weft.identity;

import org.jspecify.annotations.NullMarked;
