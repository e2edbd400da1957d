/** The proxy process: wiring, admin endpoint, readiness, drain. */
@NullMarked
package dev.weft.proxy;

import org.jspecify.annotations.NullMarked;
