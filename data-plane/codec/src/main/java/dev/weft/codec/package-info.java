/** HTTP/1.1 on the wire to and from heads and body slices; strict validation. */
@NullMarked
package dev.weft.codec;

import org.jspecify.annotations.NullMarked;
