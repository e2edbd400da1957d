package dev.weft.xdsserver;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a client said, without its node. */
sealed interface Request {
    String typeUrl();

    /** Nonce of the response it answers; empty for none. */
    String nonce();

    /** Why it refuses that response; null = it does not. */
    @Nullable
    String error();

    /**
     * DeltaDiscoveryRequest.
     *
     * @param initialVersions what the client has from an earlier stream
     */
    record Delta(
            String typeUrl,
            String nonce,
            @Nullable String error,
            List<String> subscribe,
            List<String> unsubscribe,
            Map<String, String> initialVersions)
            implements Request {}

    /**
     * DiscoveryRequest.
     *
     * @param names everything it wants from now on
     */
    record Sotw(String typeUrl, String nonce, @Nullable String error, List<String> names) implements Request {}
}
