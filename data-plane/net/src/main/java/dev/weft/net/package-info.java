/** Event loops, listeners, original destination, TLS contexts, SPIFFE verification. */
@NullMarked
package dev.weft.net;

import org.jspecify.annotations.NullMarked;
