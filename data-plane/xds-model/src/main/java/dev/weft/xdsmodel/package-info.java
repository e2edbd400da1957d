/** Immutable records for Listener to Secret, and the one table-driven reader that turns wire bytes or Envoy JSON into them. */
@NullMarked
package dev.weft.xdsmodel;

import org.jspecify.annotations.NullMarked;
