/** Roots, join tokens, host credentials and certificate signing. */
@NullMarked
package dev.weft.ca;

import org.jspecify.annotations.NullMarked;
