package dev.weft.net;

import dev.weft.base.Diagnostic;
import dev.weft.base.Pem;
import dev.weft.base.SpiffeId;
import dev.weft.base.TrustDomain;
import dev.weft.xdsmodel.CommonTls.TlsVersion;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCountUtil;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * One native context: keyed by what it is made of (so by secret version), shared by all clusters and filter chains that
 * want the same. Counted by its {@link TlsContext}s; each open connection holds the native part by itself, so releasing a
 * context touches none.
 */
final class SharedTls {
    private static final List<String> GROUPS = List.of("x25519", "secp256r1");

    private final TlsMaterial material;
    private final TlsProvider provider;
    private final SslContext context;
    private final ConnectionTrustManager trust = new ConnectionTrustManager();
    private final PeerVerifier verifier;
    private final TlsConnection.LocalCertificate local;
    private final AtomicInteger references = new AtomicInteger(1);

    private SharedTls(TlsMaterial material, TlsProvider provider, InstantSource clock) throws TlsConfigException {
        this.material = material;
        this.provider = provider;
        List<Diagnostic> problems = new ArrayList<>();
        List<X509Certificate> chain = certificates(material.certificate(), "certificate_chain", problems);
        List<X509Certificate> roots = certificates(material.roots(), "validation_context.trusted_ca", problems);
        PrivateKey key = null;
        if (!chain.isEmpty()) {
            try {
                key = Pem.privateKey(material.key());
            } catch (IllegalArgumentException e) {
                problems.add(Diagnostic.error("bad-pem", "private_key", String.valueOf(e.getMessage()), ""));
            }
        }
        if (!problems.isEmpty()) {
            throw new TlsConfigException(problems);
        }
        this.local = chain.isEmpty() ? TlsConnection.LocalCertificate.NONE : local(chain.get(0));
        SpiffeId own = local.identity();
        TrustDomain domain = own == null ? null : own.trustDomain();
        this.verifier = new PeerVerifier(
                new PeerVerifier.Rules(
                        roots,
                        material.spiffe(),
                        domain,
                        material.certificateHashes(),
                        material.keyHashes(),
                        material.allowExpired(),
                        material.acceptUntrusted()),
                clock);
        try {
            this.context = build(key, chain);
        } catch (SSLException | IllegalArgumentException e) {
            throw failed("", e);
        }
    }

    static SharedTls build(TlsMaterial material, TlsProvider provider, InstantSource clock) throws TlsConfigException {
        return new SharedTls(material, provider, clock);
    }

    private static TlsConnection.LocalCertificate local(X509Certificate certificate) throws TlsConfigException {
        try {
            CertificateNames names = CertificateNames.of(certificate);
            return new TlsConnection.LocalCertificate(
                    names.identity(), names.uris(), certificate.getNotAfter().toInstant());
        } catch (CertificateParsingException e) {
            throw failed("certificate_chain", e);
        }
    }

    private static TlsConfigException failed(String path, Exception cause) {
        return new TlsConfigException(
                List.of(Diagnostic.error("bad-tls-context", path, String.valueOf(cause.getMessage()), "")));
    }

    private static List<X509Certificate> certificates(String pem, String path, List<Diagnostic> problems) {
        if (pem.isEmpty()) {
            return List.of();
        }
        try {
            List<X509Certificate> certificates = Pem.certificates(pem);
            if (!certificates.isEmpty()) {
                return certificates;
            }
            problems.add(Diagnostic.error("bad-pem", path, "no certificate in the PEM text", ""));
        } catch (IllegalArgumentException e) {
            problems.add(Diagnostic.error("bad-pem", path, String.valueOf(e.getMessage()), ""));
        }
        return List.of();
    }

    private SslContext build(@Nullable PrivateKey key, List<X509Certificate> chain) throws SSLException {
        KeyManagerFactory keys = null;
        if (key != null) {
            keys = new SingleKeyManager(key, chain).factory();
            if (provider == TlsProvider.BORINGSSL) {
                keys = new OpenSslCachingX509KeyManagerFactory(keys); // the native form of the key is made once
            }
        }
        SslContextBuilder builder;
        if (material.client()) {
            builder = SslContextBuilder.forClient();
            if (keys != null) {
                builder.keyManager(keys);
            }
        } else if (keys != null) {
            builder = SslContextBuilder.forServer(keys);
        } else {
            throw new IllegalArgumentException("a TLS server needs a certificate");
        }
        builder.sslProvider(provider.netty())
                .trustManager(trust)
                .protocols(versions())
                .endpointIdentificationAlgorithm(null) // identities are ours to check
                .clientAuth(clientAuth());
        if (provider == TlsProvider.BORINGSSL) {
            builder.ciphers(CipherSuites.of(material.cipherSuites()));
        }
        if (!material.alpn().isEmpty() && provider == TlsProvider.BORINGSSL) {
            // Without a common protocol the handshake goes on with none, as Envoy's does.
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    Protocol.ALPN,
                    SelectorFailureBehavior.NO_ADVERTISE,
                    SelectedListenerFailureBehavior.ACCEPT,
                    material.alpn()));
        }
        if (provider == TlsProvider.BORINGSSL) {
            List<String> groups = material.curves().isEmpty() ? GROUPS : material.curves();
            builder.option(OpenSslContextOption.USE_TASKS, false)
                    .option(OpenSslContextOption.GROUPS, groups.toArray(new String[0]));
        }
        SslContext built = builder.build();
        if (built.sessionContext() instanceof OpenSslSessionContext sessions) {
            // Sessions live in tickets alone; whoever comes back with one is verified anew (TlsConnection, ADR 14).
            sessions.setSessionCacheEnabled(false);
        }
        return built;
    }

    private ClientAuth clientAuth() {
        if (material.client() || !material.requireClientCertificate() && !material.verify()) {
            return ClientAuth.NONE;
        }
        return material.requireClientCertificate() ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL;
    }

    private String[] versions() {
        // Envoy: AUTO is TLS 1.2 at least, and at most 1.2 as client and 1.3 as server.
        int min = Math.max(2, index(material.minVersion(), 2));
        int max = index(material.maxVersion(), material.client() ? Math.max(2, min) : 3);
        if (min > max) {
            throw new IllegalArgumentException("tls_minimum_protocol_version is above tls_maximum_protocol_version");
        }
        String[] versions = new String[max - min + 1];
        for (int v = min; v <= max; v++) {
            versions[v - min] = "TLSv1." + v;
        }
        return versions;
    }

    private static int index(TlsVersion version, int auto) {
        return switch (version) {
            case AUTO -> auto;
            case TLSv1_0 -> 0;
            case TLSv1_1 -> 1;
            case TLSv1_2 -> 2;
            case TLSv1_3 -> 3;
        };
    }

    /** For the JDK's engine by its own means: Netty's way wraps it, and its trust manager would see another object. */
    private void setProtocols(SSLEngine engine) {
        if (material.client()) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setApplicationProtocols(material.alpn().toArray(new String[0]));
            engine.setSSLParameters(parameters);
            return;
        }
        engine.setHandshakeApplicationProtocolSelector((e, offered) -> {
            for (String own : material.alpn()) {
                if (offered.contains(own)) {
                    return own;
                }
            }
            return ""; // none, and go on
        });
    }

    private static void setServerName(SSLEngine engine, String sni) {
        if (engine instanceof ReferenceCountedOpenSslEngine openssl) {
            // Directly: Netty, like the JDK, takes no name with underscores, as Istio's are ("outbound_.80_._.…").
            SSL.setTlsExtHostName(openssl.sslPointer(), sni);
            return;
        }
        try {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(sni)));
            engine.setSSLParameters(parameters);
        } catch (IllegalArgumentException e) {
            // A mesh name on the JDK's engine: nothing in the mesh depends on SNI, so send none.
        }
    }

    TlsMaterial material() {
        return material;
    }

    boolean tryRetain() {
        int now = references.get();
        while (now > 0) {
            if (references.compareAndSet(now, now + 1)) {
                return true;
            }
            now = references.get();
        }
        return false;
    }

    /** Whether this was the last reference. */
    boolean release() {
        if (references.decrementAndGet() > 0) {
            return false;
        }
        ReferenceCountUtil.release(context);
        return true;
    }

    int handshakes() {
        return trust.handshakes();
    }

    TlsHandler newHandler(
            ByteBufAllocator allocator,
            SanMatchers names,
            @Nullable String sni,
            @Nullable SpiffeId expected,
            @Nullable String requiredDnsName) {
        // the engine of a handler decrypts all records of a read at once; newEngine's takes one at a time, as the JDK's
        // must
        SSLEngine engine = context.newHandler(allocator).engine();
        if (!material.alpn().isEmpty() && provider == TlsProvider.JDK) {
            setProtocols(engine);
        }
        if (sni != null && !sni.isEmpty()) {
            setServerName(engine, sni);
        }
        TlsConnection connection = new TlsConnection(
                material.client(), local, verifier, names, material.verify(), expected, requiredDnsName);
        return new TlsHandler(engine, connection, trust);
    }
}
