/** A small shop of services with no dependency on Weft. */
@NullMarked
package dev.weft.demo;

import org.jspecify.annotations.NullMarked;
