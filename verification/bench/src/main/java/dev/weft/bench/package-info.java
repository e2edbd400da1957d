/** The benchmark harness: peers, cases, ratios. */
@NullMarked
package dev.weft.bench;

import org.jspecify.annotations.NullMarked;
