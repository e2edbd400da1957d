/** The static pages and what feeds them. */
@NullMarked
package dev.weft.dashboard;

import org.jspecify.annotations.NullMarked;
