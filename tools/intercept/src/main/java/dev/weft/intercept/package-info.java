/** Redirection rules as text from a record; apply, verify, undo. */
@NullMarked
package dev.weft.intercept;

import org.jspecify.annotations.NullMarked;
