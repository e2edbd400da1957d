package dev.weft.balance;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which subsets of its endpoints a cluster has (Envoy's {@code lb_subset_config}): for each selector one for each
 * combination of values the endpoints have for its keys.
 *
 * @param fallback who answers a request that asks for no subset, or for one without endpoints
 * @param defaultSubset what the endpoints of the default subset have
 * @param localityWeights whether locality weights hold within a subset
 * @param listAsAny whether an endpoint whose value is a list is in the subset of each element
 * @param panicModeAny whether any endpoint answers where the cluster's fallback has none
 */
public record Subsets(
        Fallback fallback,
        Map<String, @Nullable Object> defaultSubset,
        List<Selector> selectors,
        boolean localityWeights,
        boolean listAsAny,
        boolean panicModeAny) {
    /** Where a request goes that no subset fits. */
    public enum Fallback {
        NO_FALLBACK,
        ANY_ENDPOINT,
        DEFAULT_SUBSET
    }

    /**
     * Keys that make subsets.
     *
     * @param fallback for requests that name just these keys; null = the cluster's, or by {@code fallbackKeys}
     * @param fallbackKeys some of the keys: the subset by these is looked for instead; empty = none
     */
    public record Selector(Set<String> keys, @Nullable Fallback fallback, Set<String> fallbackKeys) {
        public Selector {
            keys = Set.copyOf(keys);
            fallbackKeys = Set.copyOf(fallbackKeys);
            if (!keys.containsAll(fallbackKeys) || fallbackKeys.size() == keys.size() && !keys.isEmpty()) {
                throw new IllegalArgumentException("fallback keys must be some of the keys: " + fallbackKeys);
            }
        }
    }

    public Subsets {
        selectors = List.copyOf(selectors);
    }
}
