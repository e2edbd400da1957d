/** Built-in HTTP filters. Pure. */
@NullMarked
package dev.weft.filters;

import org.jspecify.annotations.NullMarked;
