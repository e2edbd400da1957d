package dev.weft.net;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Lets each connection of a shared context judge its own peer: the library asks with the engine, and the engine leads to
 * the connection. Engines are in the map only while they shake hands.
 */
final class ConnectionTrustManager extends X509ExtendedTrustManager {
    private static final X509Certificate[] NO_ISSUERS = {};

    // Engines have no equals of their own, so this is by identity.
    private final ConcurrentHashMap<SSLEngine, TlsConnection> handshakes = new ConcurrentHashMap<>();

    void begin(SSLEngine engine, TlsConnection connection) {
        handshakes.put(engine, connection);
    }

    void end(SSLEngine engine) {
        handshakes.remove(engine);
    }

    int handshakes() {
        return handshakes.size();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, engine);
    }

    private void check(X509Certificate[] chain, @Nullable SSLEngine engine) throws CertificateException {
        TlsConnection connection = engine == null ? null : handshakes.get(engine);
        if (connection == null) {
            throw new CertificateException("unknown connection"); // fail closed
        }
        connection.verify(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, null);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, null);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, null);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, null);
    }

    /** None: peers need no list of our roots to choose among the one certificate they have. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return NO_ISSUERS;
    }
}
