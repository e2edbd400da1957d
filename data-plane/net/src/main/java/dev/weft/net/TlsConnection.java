package dev.weft.net;

import dev.weft.base.SpiffeId;
import io.netty.channel.Channel;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import io.netty.util.AttributeKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The TLS side of one connection: what its peer must be, and after the handshake what it is. Confined to the channel's
 * loop.
 */
public final class TlsConnection {
    private static final AttributeKey<TlsConnection> KEY = AttributeKey.valueOf(TlsConnection.class, "connection");

    private final boolean client;
    private final LocalCertificate local;
    private final PeerVerifier verifier;
    private final SanMatchers names;
    private final boolean verified; // whether a peer certificate is checked at all
    private final @Nullable SpiffeId expected;
    private final @Nullable String requiredDnsName;

    private @Nullable SslHandler handler;
    private @Nullable PeerCertificate peer;
    private @Nullable String failure;
    private @Nullable String sni;

    /** What our side shows. */
    record LocalCertificate(@Nullable SpiffeId identity, List<String> uriNames, Instant notAfter) {
        static final LocalCertificate NONE = new LocalCertificate(null, List.of(), Instant.MAX);
    }

    TlsConnection(
            boolean client,
            LocalCertificate local,
            PeerVerifier verifier,
            SanMatchers names,
            boolean verified,
            @Nullable SpiffeId expected,
            @Nullable String requiredDnsName) {
        this.client = client;
        this.local = local;
        this.verifier = verifier;
        this.names = names;
        this.verified = verified;
        this.expected = expected;
        this.requiredDnsName = requiredDnsName;
    }

    /** The TLS side of a channel, or null for a plaintext one. */
    public static @Nullable TlsConnection of(Channel channel) {
        return channel.attr(KEY).get();
    }

    /** The peer's verified certificate; null before the handshake's end, without one, or where none is checked. */
    public @Nullable PeerCertificate peer() {
        return peer;
    }

    /** The peer's verified SPIFFE identity, or null. */
    public @Nullable SpiffeId identity() {
        return peer == null ? null : peer.identity();
    }

    /** Our own identity on this connection, or null. */
    public @Nullable SpiffeId localIdentity() {
        return local.identity();
    }

    /** The URI subject alternative names of our own certificate on this connection. */
    public List<String> localUriNames() {
        return local.uriNames();
    }

    /** When our own certificate on this connection ends; {@link Instant#MAX} without one. */
    public Instant localCertificateEnd() {
        return local.notAfter();
    }

    /**
     * When the first of the certificates this connection was made with ends, in milliseconds of the wall clock; {@link
     * Long#MAX_VALUE} without any. After the handshake.
     */
    public long certificatesEndMillis() {
        Instant end = local.notAfter();
        if (peer != null && peer.validUntil().isBefore(end)) {
            end = peer.validUntil();
        }
        return end.equals(Instant.MAX) ? Long.MAX_VALUE : end.toEpochMilli();
    }

    /** The negotiated application protocol, or null. */
    public @Nullable String alpn() {
        if (handler == null) {
            return null;
        }
        if (handler.engine() instanceof ReferenceCountedOpenSslEngine) {
            return handler.applicationProtocol();
        }
        String protocol = handler.engine().getApplicationProtocol();
        return protocol == null || protocol.isEmpty() ? null : protocol;
    }

    /** As server: the name the client asked for, or null. After the handshake. */
    public @Nullable String sni() {
        return sni;
    }

    /** Such as {@code TLSv1.3}. After the handshake. */
    public String version() {
        return session().getProtocol();
    }

    /** The JDK's name of the cipher suite. After the handshake. */
    public String cipher() {
        return session().getCipherSuite();
    }

    private SSLSession session() {
        if (handler == null) {
            throw new IllegalStateException("no handshake yet");
        }
        return handler.engine().getSession();
    }

    /** Why the peer was refused, for logs; null when it was not. */
    public @Nullable String failure() {
        return failure;
    }

    void attach(Channel channel, SslHandler sslHandler) {
        handler = sslHandler;
        channel.attr(KEY).set(this);
    }

    /** Called during the handshake with the chain the peer sent; throws to refuse it. */
    void verify(X509Certificate[] chain) throws CertificateException {
        if (!verified) {
            return;
        }
        try {
            PeerCertificate candidate = verifier.verify(chain, client);
            if (!names.accept(candidate)) {
                throw new CertificateException("none of its names is an accepted one: " + describe(candidate));
            }
            if (expected != null && !expected.equals(candidate.identity())) {
                throw new CertificateException("is " + describe(candidate) + ", not " + expected);
            }
            if (requiredDnsName != null
                    && candidate.dnsNames().stream().noneMatch(n -> SanMatchers.dnsMatches(n, requiredDnsName))) {
                throw new CertificateException("is " + describe(candidate) + ", not " + requiredDnsName);
            }
            peer = candidate;
        } catch (CertificateException e) {
            failure = e.getMessage();
            throw e;
        }
    }

    private static String describe(PeerCertificate peer) {
        return peer.identity() != null
                ? peer.identity().toString()
                : "URI " + peer.uriNames() + " DNS " + peer.dnsNames() + " " + peer.otherNames();
    }

    /**
     * The handshake has ended. A peer that showed a certificate must have been verified by now; a resumed session skips the
     * trust manager, so it is done here.
     */
    void complete(SSLEngine engine) throws CertificateException {
        if (!client) {
            sni = serverName(engine);
        }
        if (!verified || peer != null) {
            return;
        }
        try {
            // Not a cast: BoringSSL's session has an array of certificates, the JDK's one of X.509 certificates.
            Certificate[] chain = engine.getSession().getPeerCertificates();
            verify(Arrays.copyOf(chain, chain.length, X509Certificate[].class));
        } catch (SSLPeerUnverifiedException e) {
            if (client || engine.getNeedClientAuth()) {
                failure = "no certificate";
                throw new CertificateException(failure, e);
            }
        }
    }

    private static @Nullable String serverName(SSLEngine engine) {
        if (engine instanceof ReferenceCountedOpenSslEngine openssl) {
            return SSL.getSniHostname(openssl.sslPointer()); // Netty's session hides names with underscores
        }
        if (engine.getSession() instanceof ExtendedSSLSession session) {
            for (SNIServerName name : session.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName();
                }
            }
        }
        return null;
    }
}
