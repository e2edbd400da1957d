/** The live demonstration: starts a mesh around the shop, keeps it running, and checks what it promises. */
@NullMarked
package dev.weft.demo;

import org.jspecify.annotations.NullMarked;
