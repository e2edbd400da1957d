package dev.weft.control;

import dev.weft.base.SpiffeId;
import dev.weft.ca.Spiffe;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Who makes the current call, as TLS authenticated it. Nothing in a message or header adds to it.
 *
 * @param certificate null where the caller showed none
 * @param identity of the certificate, null without one
 * @param remote address and port
 * @param token from {@code authorization: Bearer}, null without one: proves nothing until the CA has looked at it
 */
record Peer(
        @Nullable X509Certificate certificate,
        @Nullable SpiffeId identity,
        String remote,
        @Nullable String token) {
    private static final Context.Key<Peer> KEY = Context.key("weft-peer");
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final String BEARER = "Bearer ";

    /** The caller of the call this thread works for. */
    static Peer current() {
        Peer peer = KEY.get();
        if (peer == null) {
            throw new IllegalStateException("not in a call");
        }
        return peer;
    }

    /** Never the token. */
    @Override
    public String toString() {
        return identity + " from " + remote;
    }

    /** Works out the peer once per call. */
    static final ServerInterceptor INTERCEPTOR = new ServerInterceptor() {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            return Contexts.interceptCall(Context.current().withValue(KEY, of(call, headers)), call, headers, next);
        }
    };

    private static Peer of(ServerCall<?, ?> call, Metadata headers) {
        X509Certificate certificate = certificate(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
        SocketAddress remote = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        String header = headers.get(AUTHORIZATION);
        return new Peer(
                certificate,
                certificate == null ? null : Spiffe.identity(certificate),
                remote instanceof InetSocketAddress inet
                        ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
                        : String.valueOf(remote),
                header != null && header.startsWith(BEARER) ? header.substring(BEARER.length()) : null);
    }

    private static @Nullable X509Certificate certificate(@Nullable SSLSession session) {
        if (session == null) {
            return null;
        }
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate leaf ? leaf : null;
        } catch (SSLPeerUnverifiedException e) {
            return null; // the client showed no certificate, which this port allows
        }
    }
}
