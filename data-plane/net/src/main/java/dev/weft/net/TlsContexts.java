package dev.weft.net;

import dev.weft.base.Diagnostic;
import dev.weft.xdsmodel.CommonTls;
import dev.weft.xdsmodel.Secret;
import dev.weft.xdsmodel.TransportSocket.DownstreamTls;
import dev.weft.xdsmodel.TransportSocket.UpstreamTls;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All TLS contexts of an engine and the secrets they are made from. Native contexts are shared by content and counted.
 *
 * <p>Threads: the control thread, but for {@link #release}, which any loop may call.
 */
public final class TlsContexts implements AutoCloseable {
    private @Nullable TlsProvider provider; // null until first needed: loading the native library takes a while
    private final InstantSource clock;
    private final ConcurrentHashMap<TlsMaterial, SharedTls> shared = new ConcurrentHashMap<>();
    private final Set<TlsContext> contexts = new LinkedHashSet<>();
    private Map<String, Secret> secrets = Map.of();

    /** With the {@link TlsProvider#preferred} provider, loaded when the first context is built. */
    public TlsContexts() {
        this.clock = InstantSource.system();
    }

    public TlsContexts(TlsProvider provider) {
        this(provider, InstantSource.system());
    }

    /** @param clock what certificates' lives are compared with */
    public TlsContexts(TlsProvider provider, InstantSource clock) {
        this.provider = provider;
        this.clock = clock;
    }

    public TlsProvider provider() {
        if (provider == null) {
            provider = TlsProvider.preferred();
        }
        return provider;
    }

    /**
     * Replaces the secrets. Contexts that use a changed one serve new connections with it as soon as this returns. A
     * secret that does not work is reported, and contexts that name it keep the last one that did.
     */
    public List<Diagnostic> secrets(Map<String, Secret> next) {
        if (next.equals(secrets)) {
            return List.of();
        }
        secrets = Map.copyOf(next);
        Set<Diagnostic> problems = new LinkedHashSet<>(); // many contexts, one broken secret
        for (TlsContext context : contexts) {
            try {
                context.update(secrets);
            } catch (TlsConfigException e) {
                problems.addAll(e.diagnostics());
            }
        }
        return new ArrayList<>(problems);
    }

    /** The TLS of a filter chain; throws when it can never work. A secret that is not there yet is no error. */
    public TlsContext server(DownstreamTls config) throws TlsConfigException {
        if (config.requireSni()) {
            throw new TlsConfigException(List.of(Diagnostic.error(
                    "unsupported-field", "require_sni", "is not supported", "match server_names in a filter chain")));
        }
        return add(new TlsContext(this, config.common(), false, config.requireClientCertificate(), "", false, false));
    }

    /** The TLS of a cluster; throws when it can never work. A secret that is not there yet is no error. */
    public TlsContext client(UpstreamTls config) throws TlsConfigException {
        return add(new TlsContext(
                this, config.common(), true, false, config.sni(), config.autoHostSni(), config.autoSniSanValidation()));
    }

    private TlsContext add(TlsContext context) throws TlsConfigException {
        context.update(secrets);
        contexts.add(context);
        return context;
    }

    void forget(TlsContext context) {
        contexts.remove(context);
    }

    /** A reference to the native context of a configuration, or null while a secret is missing. */
    @Nullable
    SharedTls acquire(CommonTls common, boolean client, boolean requireClientCertificate, Map<String, Secret> from)
            throws TlsConfigException {
        List<Diagnostic> problems = new ArrayList<>();
        TlsMaterial material = TlsMaterial.resolve(common, client, requireClientCertificate, from, problems);
        if (!problems.isEmpty()) {
            throw new TlsConfigException(problems);
        }
        if (material == null) {
            return null;
        }
        SharedTls known = shared.get(material);
        if (known != null && known.tryRetain()) {
            return known;
        }
        SharedTls made = SharedTls.build(material, provider(), clock);
        shared.put(material, made);
        return made;
    }

    void release(SharedTls reference) {
        if (reference.release()) {
            shared.remove(reference.material(), reference);
        }
    }

    /** How many native contexts exist. */
    int sharedContexts() {
        return shared.size();
    }

    @Override
    public void close() {
        List.copyOf(contexts).forEach(TlsContext::close);
    }
}
