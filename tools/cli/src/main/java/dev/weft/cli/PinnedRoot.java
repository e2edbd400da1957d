package dev.weft.cli;

import dev.weft.base.SpiffeId;
import dev.weft.identity.JoinToken;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts exactly one server: a control plane whose chain ends at the root that is pinned, such as by a join token that
 * names it by the hash of its key. That root comes with the handshake, so a machine that knows nothing else can join. Any other workload of the mesh, whose
 * certificate ends at the same root, is refused by its identity.
 */
final class PinnedRoot extends X509ExtendedTrustManager {
    private static final String CONTROL_PLANE = "/ns/weft-system/sa/control-plane";
    private static final int URI = 6; // RFC 5280 section 4.2.1.6

    private final Predicate<X509Certificate> pin;
    private final String otherRoot;
    private volatile @Nullable SpiffeId server;

    /**
     * @param pin the root that is trusted
     * @param otherRoot what to say of any other
     */
    PinnedRoot(Predicate<X509Certificate> pin, String otherRoot) {
        this.pin = pin;
        this.otherRoot = otherRoot;
    }

    PinnedRoot(JoinToken token) {
        this(token::pins, "the control plane's root is not the one the token names; is this the right control plane?");
    }

    /** Who answered; null before the handshake. */
    @Nullable
    SpiffeId server() {
        return server;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        X509Certificate root =
                Arrays.stream(chain).filter(pin).findFirst().orElseThrow(() -> new CertificateException(otherRoot));
        try {
            List<X509Certificate> path = Arrays.stream(chain)
                    .filter(certificate -> !certificate.equals(root))
                    .toList();
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
            parameters.setRevocationEnabled(false);
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
        } catch (CertificateException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new CertificateException("the control plane's certificate is not valid: " + e.getMessage(), e);
        }
        SpiffeId identity = identity(chain[0]);
        if (identity == null || !identity.path().equals(CONTROL_PLANE)) {
            throw new CertificateException(
                    "the server is " + (identity == null ? "without identity" : identity) + ", not a control plane");
        }
        server = identity;
    }

    private static @Nullable SpiffeId identity(X509Certificate certificate) throws CertificateException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        if (names == null) {
            return null;
        }
        for (List<?> name : names) {
            if (Integer.valueOf(URI).equals(name.get(0))) {
                return SpiffeId.parseOrNull(String.valueOf(name.get(1)));
            }
        }
        return null;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("not a server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("not a server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("not a server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
