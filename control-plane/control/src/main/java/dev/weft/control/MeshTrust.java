package dev.weft.control;

import dev.weft.base.SpiffeId;
import dev.weft.base.TrustDomain;
import dev.weft.ca.Spiffe;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Trusts leaves of the mesh's root that carry one SPIFFE identity of its trust domain, whatever host they come from: which
 * identity is expected is the caller's to check.
 */
final class MeshTrust extends X509ExtendedTrustManager {
    private final X509TrustManager paths;
    private final TrustDomain trustDomain;

    MeshTrust(X509Certificate root, TrustDomain trustDomain) throws GeneralSecurityException, IOException {
        KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
        roots.load(null, null);
        roots.setCertificateEntry("root", root);
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(roots);
        this.paths = (X509TrustManager) factory.getTrustManagers()[0];
        this.trustDomain = trustDomain;
    }

    private void checkLeaf(X509Certificate leaf) throws CertificateException {
        SpiffeId identity = Spiffe.identity(leaf);
        if (identity == null || !identity.trustDomain().equals(trustDomain)) {
            throw new CertificateException("not a SPIFFE identity of " + trustDomain);
        }
        if (leaf.getBasicConstraints() >= 0) {
            throw new CertificateException("a signing certificate is nobody's identity"); // X509-SVID §5.2
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        paths.checkClientTrusted(chain, authType);
        checkLeaf(chain[0]);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        paths.checkServerTrusted(chain, authType);
        checkLeaf(chain[0]);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return paths.getAcceptedIssuers();
    }
}
