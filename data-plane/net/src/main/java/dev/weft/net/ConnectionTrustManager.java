package dev.weft.net;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.internal.tcnative.CertificateVerifier;
import java.net.Socket;
import java.security.cert.CertPathValidatorException;
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
        try {
            connection.verify(chain);
        } catch (CertificateException e) {
            throw e.getCause() instanceof CertPathValidatorException ? e : toAlert(e);
        }
    }

    /** With the code that BoringSSL makes the alert of: without one it is internal_error, as if the fault were ours. */
    private static CertificateException toAlert(CertificateException e) {
        int code = e instanceof UntrustedIssuerException
                ? CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY // unknown_ca
                : CertificateVerifier.X509_V_ERR_HOSTNAME_MISMATCH; // bad_certificate
        return new OpenSslCertificateException(e.getMessage(), e, code);
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
