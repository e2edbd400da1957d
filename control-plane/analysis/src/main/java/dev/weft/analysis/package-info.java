/** Validation as pure functions from a mesh image to diagnostics with stable codes. */
@NullMarked
package dev.weft.analysis;

import org.jspecify.annotations.NullMarked;
