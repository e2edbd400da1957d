package dev.weft.control;

import dev.weft.base.SpiffeId;
import dev.weft.base.TrustDomain;
import dev.weft.ca.IdentityPattern;
import dev.weft.xdsserver.XdsNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which unauthenticated proxies are handed a key: foreign ones whose identity the operator named at the start. */
final class ForeignIdentities {
    private final TrustDomain trustDomain;
    private final List<IdentityPattern> allowed;

    ForeignIdentities(TrustDomain trustDomain, List<IdentityPattern> allowed) {
        this.trustDomain = trustDomain;
        this.allowed = allowed;
    }

    /** The identity to hand out, or null. A Weft proxy says its version and makes its own key. */
    @Nullable
    SpiffeId of(XdsNode node) {
        NodeId id = NodeId.parse(node);
        if (id == null || allowed.isEmpty() || node.metadata().containsKey("WEFT_VERSION")) {
            return null;
        }
        SpiffeId identity;
        try {
            identity = trustDomain.workload(id.namespace(), node.text("SERVICE_ACCOUNT", "default"));
        } catch (IllegalArgumentException e) {
            return null; // such a name is nobody's identity
        }
        return allowed.stream().anyMatch(pattern -> pattern.covers(identity)) ? identity : null;
    }
}
