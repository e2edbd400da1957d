package dev.weft.ca;

import java.time.Duration;

/**
 * Lives and limits of what the CA issues.
 *
 * @param workloadTtl life of a workload certificate; {@link #MIN_TTL} to {@link #MAX_TTL}
 * @param hostTtl life of a host credential
 * @param perIdentityPerMinute certificates of one identity per minute, beyond renewals by mTLS; as many at once
 * @param perMinute certificates of all identities per minute, beyond renewals; as many at once
 * @param refusalsPerMinute refusals that get an audit line and a precise answer; more are only counted
 */
public record CaConfig(
        Duration workloadTtl, Duration hostTtl, int perIdentityPerMinute, int perMinute, int refusalsPerMinute) {
    /** Shorter lives leave no time to renew when something is slow. */
    public static final Duration MIN_TTL = Duration.ofMinutes(5);

    /** Longer ones are as good as for ever. */
    public static final Duration MAX_TTL = Duration.ofDays(90);

    /** 24 h and 30 d; one identity may come up 60 times a minute (a large service restarted at once). */
    public static final CaConfig DEFAULT = new CaConfig(Duration.ofHours(24), Duration.ofDays(30), 60, 3000, 120);

    public CaConfig {
        for (Duration ttl : new Duration[] {workloadTtl, hostTtl}) {
            if (ttl.compareTo(MIN_TTL) < 0 || ttl.compareTo(MAX_TTL) > 0) {
                throw new IllegalArgumentException("certificate life must be 5 min to 90 d, not " + ttl);
            }
        }
    }

    /** The same with another life of workload certificates. */
    public CaConfig withWorkloadTtl(Duration ttl) {
        return new CaConfig(ttl, hostTtl, perIdentityPerMinute, perMinute, refusalsPerMinute);
    }
}
