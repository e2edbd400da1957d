/** The control plane process: sources to image to translation to xDS; operator API. */
@NullMarked
package dev.weft.control;

import org.jspecify.annotations.NullMarked;
