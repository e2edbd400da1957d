/** Load balancers, host sets, limits: state machines without I/O. */
@NullMarked
package dev.weft.balance;

import org.jspecify.annotations.NullMarked;
