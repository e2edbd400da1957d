package dev.weft.proxycore;

import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.TrafficDirection;

/**
 * A filter chain at work. Kept as long as its configuration stays the same, whatever else changes around it, so that its
 * connections live on.
 */
final class ChainRuntime {
    private final FilterChain config;
    private final TrafficDirection direction;
    private final ServerTransport transport;
    private final NetworkFilterRuntime filter;
    private volatile boolean draining; // written by the control thread

    ChainRuntime(
            FilterChain config, TrafficDirection direction, ServerTransport transport, NetworkFilterRuntime filter) {
        this.config = config;
        this.direction = direction;
        this.transport = transport;
        this.filter = filter;
    }

    FilterChain config() {
        return config;
    }

    TrafficDirection direction() {
        return direction;
    }

    ServerTransport transport() {
        return transport;
    }

    NetworkFilterRuntime filter() {
        return filter;
    }

    /** Whether its connections shall end when nothing is lost by it. */
    boolean isDraining() {
        return draining;
    }

    void drain() {
        draining = true;
    }
}
