package dev.weft.xdsmodel;

import dev.weft.base.Locality;
import java.util.List;

/**
 * {@code envoy.config.endpoint.v3.LocalityLbEndpoints}.
 *
 * @param loadBalancingWeight 0 = not set
 * @param priority 0 = highest
 */
public record LocalityLbEndpoints(
        Locality locality, List<LbEndpoint> lbEndpoints, long loadBalancingWeight, int priority) {
    public LocalityLbEndpoints {
        lbEndpoints = List.copyOf(lbEndpoints);
    }
}
