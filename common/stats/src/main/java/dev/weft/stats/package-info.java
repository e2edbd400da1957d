/** Counters, gauges and histograms with one cell per event loop, summed when scraped; Prometheus text. No server. */
@NullMarked
package dev.weft.stats;

import org.jspecify.annotations.NullMarked;
