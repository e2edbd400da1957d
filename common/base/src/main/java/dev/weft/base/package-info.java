/** Immutable values both planes share: SPIFFE ids, addresses, CIDRs, back-off, tickers, diagnostics, a small JSON reader and writer. */
@NullMarked
package dev.weft.base;

import org.jspecify.annotations.NullMarked;
