/** The rules of the module layout, as tests. */
@NullMarked
package dev.weft.architecture;

import org.jspecify.annotations.NullMarked;
