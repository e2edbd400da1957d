/** Mesh image and proxy class to xDS resources. Pure, golden-tested. */
@NullMarked
package dev.weft.translate;

import org.jspecify.annotations.NullMarked;
