package dev.weft.proxycore;

import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.ListenerFilter;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A listener's configuration ready for use. Immutable; a changed listener is a new one that shares unchanged chains. */
final class ListenerRuntime {
    private final Listener config;
    private final InetSocketAddress address;
    private final ChainMatcher<ChainRuntime> matcher = new ChainMatcher<>();
    private final List<ChainRuntime> chains = new ArrayList<>();
    private final @Nullable ChainRuntime defaultChain;
    private final boolean inspectsTls;
    private final boolean inspectsHttp;
    private final boolean asksOriginalDestination;
    private final @Nullable AccessLogger log;

    ListenerRuntime(
            Listener config,
            InetSocketAddress address,
            List<ChainRuntime> chains,
            @Nullable ChainRuntime defaultChain,
            @Nullable AccessLogger log) {
        this.log = log;
        this.config = config;
        this.address = address;
        for (ChainRuntime chain : chains) {
            FilterChain described = chain.config();
            matcher.add(described.match(), chain);
        }
        this.chains.addAll(chains);
        this.defaultChain = defaultChain;
        if (defaultChain != null) {
            this.chains.add(defaultChain);
        }
        this.inspectsTls = config.listenerFilters().contains(ListenerFilter.TLS_INSPECTOR);
        this.inspectsHttp = config.listenerFilters().contains(ListenerFilter.HTTP_INSPECTOR);
        this.asksOriginalDestination =
                config.useOriginalDst() || config.listenerFilters().contains(ListenerFilter.ORIGINAL_DST);
    }

    Listener config() {
        return config;
    }

    InetSocketAddress address() {
        return address;
    }

    /** Of its connections; null where none is configured. */
    @Nullable
    AccessLogger log() {
        return log;
    }

    /** All chains, the default one last. */
    List<ChainRuntime> chains() {
        return chains;
    }

    /** Whether bytes are looked at before a chain is chosen. */
    boolean inspects() {
        return inspectsTls || inspectsHttp;
    }

    boolean inspectsTls() {
        return inspectsTls;
    }

    boolean inspectsHttp() {
        return inspectsHttp;
    }

    /**
     * Whether all that a silent client may lose by less waiting is that it is not recognised as HTTP. Where TLS is looked for it
     * could be a peer whose ClientHello was lost.
     */
    boolean waitsOnlyForHttp() {
        return inspectsHttp && !inspectsTls && config.continueOnListenerFiltersTimeout();
    }

    boolean asksOriginalDestination() {
        return asksOriginalDestination;
    }

    /** The chain for a connection, or null: it is closed. */
    @Nullable
    ChainRuntime chain(ConnectionInfo info) {
        ChainRuntime found = matcher.find(info);
        return found != null ? found : defaultChain;
    }
}
