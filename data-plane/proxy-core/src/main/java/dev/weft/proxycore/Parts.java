package dev.weft.proxycore;

import dev.weft.stats.StatsRegistry;
import dev.weft.upstream.Clusters;

/** What the pieces of an engine are wired from. */
record Parts(
        Clusters clusters,
        Telemetry telemetry,
        WorkloadLabels self,
        StatsRegistry stats,
        LogWriter logs,
        Overload overload,
        HttpFilterFactory filters) {}
