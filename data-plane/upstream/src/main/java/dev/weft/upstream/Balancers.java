package dev.weft.upstream;

import dev.weft.balance.Balancing;
import dev.weft.balance.HashFunction;
import dev.weft.balance.LocalityRule;
import dev.weft.balance.Policy;
import dev.weft.balance.SlowStart;
import dev.weft.balance.Spread;
import dev.weft.balance.Subsets;
import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.LbPolicy;
import dev.weft.xdsmodel.LoadBalancing;
import dev.weft.xdsmodel.SubsetConfig;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a cluster's configuration means in the words of {@code balance}. */
final class Balancers {
    private Balancers() {}

    static Balancing balancing(Cluster cluster, Whereabouts self) {
        LoadBalancing config = cluster.loadBalancing();
        return new Balancing(policy(config.policy(), self), slowStart(config.slowStart()), subsets(config.subsets()));
    }

    // no switch over types: the first one a process links costs its start more than all of this
    private static Policy policy(LbPolicy policy, Whereabouts self) {
        if (policy instanceof LbPolicy.LeastRequest least) {
            return new Policy.LeastRequest(least.choiceCount());
        }
        if (policy instanceof LbPolicy.Random) {
            return Policy.RANDOM;
        }
        if (policy instanceof LbPolicy.RingHash ring) {
            return new Policy.RingHash(
                    ring.minimumRingSize(),
                    ring.maximumRingSize(),
                    ring.function() == LbPolicy.HashFunction.XX_HASH
                            ? HashFunction.XX_HASH
                            : HashFunction.MURMUR_HASH_2);
        }
        if (policy instanceof LbPolicy.Maglev maglev) {
            return new Policy.Maglev(maglev.tableSize());
        }
        if (policy instanceof LbPolicy.PeakEwma ewma) {
            return new Policy.PeakEwma(ewma.decayTime().toNanos());
        }
        if (policy instanceof LbPolicy.Aperture aperture) {
            Double said = aperture.coordinate();
            return new Policy.Aperture(
                    aperture.size(),
                    said == null ? Policy.Aperture.coordinate(self.nodeId()) : said,
                    policy(aperture.inner(), self));
        }
        return Policy.ROUND_ROBIN; // also ClusterProvided, which is never asked: the connection says where to
    }

    private static @Nullable SlowStart slowStart(LoadBalancing.@Nullable SlowStart config) {
        return config == null
                ? null
                : new SlowStart(config.window().toNanos(), config.aggression(), config.minWeightPercent() / 100);
    }

    private static @Nullable Subsets subsets(@Nullable SubsetConfig config) {
        return config == null
                ? null
                : new Subsets(
                        fallback(config.fallback()),
                        config.defaultSubset(),
                        config.selectors().stream().map(Balancers::selector).toList(),
                        config.localityWeightAware(),
                        config.listAsAny(),
                        config.panicModeAny());
    }

    private static Subsets.Selector selector(SubsetConfig.Selector config) {
        Subsets.Fallback fallback = switch (config.fallback()) {
            case NOT_DEFINED, KEYS_SUBSET -> null;
            case NO_FALLBACK -> Subsets.Fallback.NO_FALLBACK;
            case ANY_ENDPOINT -> Subsets.Fallback.ANY_ENDPOINT;
            case DEFAULT_SUBSET -> Subsets.Fallback.DEFAULT_SUBSET;
        };
        return new Subsets.Selector(Set.copyOf(config.keys()), fallback, Set.copyOf(config.fallbackKeys()));
    }

    private static Subsets.Fallback fallback(SubsetConfig.Fallback config) {
        return switch (config) {
            case NO_FALLBACK -> Subsets.Fallback.NO_FALLBACK;
            case ANY_ENDPOINT -> Subsets.Fallback.ANY_ENDPOINT;
            case DEFAULT_SUBSET -> Subsets.Fallback.DEFAULT_SUBSET;
        };
    }

    /** Whether localities matter by where the callers are, so that a change of these is one of the cluster's, too. */
    static boolean followsCallers(Cluster cluster) {
        return cluster.loadBalancing().locality() instanceof LoadBalancing.LocalityLb.ZoneAware;
    }

    static Spread spread(Cluster cluster, Members members, Whereabouts self, Callers callers) {
        LoadBalancing config = cluster.loadBalancing();
        if (config.locality() instanceof LoadBalancing.LocalityLb.ZoneAware zone) {
            LocalityRule rule = callers.healthy().isEmpty()
                    ? LocalityRule.NONE
                    : new LocalityRule.ZoneAware(
                            self.locality(), callers.healthy(), zone.routingEnabled(), zone.minClusterSize());
            return spread(config, members, rule, zone.failTrafficOnPanic());
        }
        return spread(config, members, new LocalityRule.Weighted(members.localityWeights()), false);
    }

    private static Spread spread(LoadBalancing config, Members members, LocalityRule rule, boolean failInPanic) {
        return new Spread(members.overprovisioningPercent(), config.healthyPanicThreshold(), rule, failInPanic);
    }
}
