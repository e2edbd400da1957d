package dev.weft.balance;

/**
 * A cluster's circuit breakers (xDS {@code CircuitBreakers.Thresholds}, default priority): connections, requests that
 * wait for one, requests under way, and retries under way.
 */
public record Limits(Limit connections, Limit pending, Limit requests, Limit retries) {
    /** Envoy's defaults: 1024 connections, 1024 pending, 1024 requests, 3 retries. */
    public static Limits defaults() {
        return of(1024, 1024, 1024, 3);
    }

    public static Limits of(long connections, long pending, long requests, long retries) {
        return new Limits(new Limit(connections), new Limit(pending), new Limit(requests), new Limit(retries));
    }

    /** Changes the maxima, keeping what is held. */
    public void update(long maxConnections, long maxPending, long maxRequests, long maxRetries) {
        connections.max(maxConnections);
        pending.max(maxPending);
        requests.max(maxRequests);
        retries.max(maxRetries);
    }
}
