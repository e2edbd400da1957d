/** Detection, filter-chain match, HTTP connection manager, router, TCP proxy, access log. */
@NullMarked
package dev.weft.proxycore;

import org.jspecify.annotations.NullMarked;
