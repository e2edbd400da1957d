/** Route configuration compiled to a matcher. Pure. */
@NullMarked
package dev.weft.route;

import org.jspecify.annotations.NullMarked;
