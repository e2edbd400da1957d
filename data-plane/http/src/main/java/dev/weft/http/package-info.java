/** Heads, header block, stream and filter chain: the HTTP exchange without a codec. */
@NullMarked
package dev.weft.http;

import org.jspecify.annotations.NullMarked;
