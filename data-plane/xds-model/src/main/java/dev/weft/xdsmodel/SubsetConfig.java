package dev.weft.xdsmodel;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code lb_subset_config}: subsets of a cluster's endpoints by their metadata under {@code envoy.lb}.
 *
 * @param fallback where a request goes that no subset fits
 * @param defaultSubset what the endpoints of the default subset have
 * @param localityWeightAware whether locality weights hold within a subset; default false
 * @param listAsAny whether an endpoint whose value is a list is in the subset of each element; default false
 * @param panicModeAny whether any endpoint answers where the fallback has none; default false
 */
public record SubsetConfig(
        Fallback fallback,
        Map<String, @Nullable Object> defaultSubset,
        List<Selector> selectors,
        boolean localityWeightAware,
        boolean listAsAny,
        boolean panicModeAny) {
    /** {@code fallback_policy}. */
    public enum Fallback {
        NO_FALLBACK,
        ANY_ENDPOINT,
        DEFAULT_SUBSET
    }

    /** A selector's own {@code fallback_policy}. */
    public enum SelectorFallback {
        /** The cluster's. */
        NOT_DEFINED,
        NO_FALLBACK,
        ANY_ENDPOINT,
        DEFAULT_SUBSET,
        /** Fewer keys. */
        KEYS_SUBSET
    }

    /**
     * {@code subset_selectors}.
     *
     * @param fallbackKeys of KEYS_SUBSET: some of the keys, not all
     */
    public record Selector(List<String> keys, SelectorFallback fallback, List<String> fallbackKeys) {
        public Selector {
            keys = List.copyOf(keys);
            fallbackKeys = List.copyOf(fallbackKeys);
        }
    }

    public SubsetConfig {
        defaultSubset = Values.deepCopy(defaultSubset);
        selectors = List.copyOf(selectors);
    }
}
