/** A small shop: plain services over the JDK's own HTTP server and client. It knows nothing of any mesh. */
@NullMarked
package dev.weft.shop;

import org.jspecify.annotations.NullMarked;
