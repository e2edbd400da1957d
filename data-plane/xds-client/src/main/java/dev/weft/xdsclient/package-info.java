/** Bootstrap, ADS client, certificate and registration calls; emits whole snapshots. */
@NullMarked
package dev.weft.xdsclient;

import org.jspecify.annotations.NullMarked;
