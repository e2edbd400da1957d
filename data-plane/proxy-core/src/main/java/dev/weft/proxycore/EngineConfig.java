package dev.weft.proxycore;

import dev.weft.base.Log;
import dev.weft.net.OriginalDestination;
import dev.weft.upstream.Whereabouts;

/**
 * What an engine is made with; everything else comes with snapshots.
 *
 * @param loops event loops, at least 1; a sidecar's default is the number of cores, at most 2
 * @param whereabouts its name and place, for balancers that depend on them
 * @param self who this proxy stands beside, for metrics and the peer header
 * @param principal its identity as mesh peers see it, for metrics; empty when there is none
 * @param originalDestination how redirected connections say where they wanted to go
 * @param filters makes the HTTP filters
 * @param log the process's
 */
public record EngineConfig(
        int loops,
        Whereabouts whereabouts,
        WorkloadLabels self,
        String principal,
        OriginalDestination originalDestination,
        HttpFilterFactory filters,
        Log log) {}
