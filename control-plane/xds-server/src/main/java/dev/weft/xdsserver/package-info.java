/** The ADS protocol: sessions, subscriptions, versions, the record of acks and nacks. Knows no mesh concept. */
@NullMarked
package dev.weft.xdsserver;

import org.jspecify.annotations.NullMarked;
