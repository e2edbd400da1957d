package dev.weft.control;

import dev.weft.base.SpiffeId;
import dev.weft.ca.CertificateAuthority;
import dev.weft.ca.CertificateIssuer;
import dev.weft.ca.Issued;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The control plane's own certificate: a key in memory, signed by its own CA, replaced at half of its life. New handshakes
 * take the newest; open connections stay. Any thread.
 */
final class ServingIdentity {
    private static final String ALIAS = "own";

    private final CertificateIssuer issuer;
    private final SpiffeId identity;
    private final MeshTrust trust;
    private final InstantSource clock;
    private volatile Current current;

    private record Current(KeyPair key, Issued issued) {}

    ServingIdentity(CertificateIssuer issuer, InstantSource clock) throws GeneralSecurityException, IOException {
        CertificateAuthority authority = issuer.authority();
        this.issuer = issuer;
        this.clock = clock;
        this.identity = identity(authority);
        this.trust = new MeshTrust(authority.root(), authority.trustDomain());
        this.current = fresh();
    }

    /** Who the control plane is in its mesh. */
    static SpiffeId identity(CertificateAuthority authority) {
        return authority.trustDomain().workload("weft-system", "control-plane");
    }

    SpiffeId identity() {
        return identity;
    }

    MeshTrust trust() {
        return trust;
    }

    X509Certificate certificate() {
        return current.issued().leaf();
    }

    /** Replaces the certificate when half of its life is over; to be called now and then. */
    void renewIfDue() throws GeneralSecurityException {
        X509Certificate leaf = certificate();
        Instant begin = leaf.getNotBefore().toInstant();
        Duration life = Duration.between(begin, leaf.getNotAfter().toInstant());
        if (clock.instant().isAfter(begin.plus(life.dividedBy(2)))) {
            current = fresh();
        }
    }

    private Current fresh() throws GeneralSecurityException {
        KeyPair key = CertificateAuthority.newKey();
        return new Current(key, issuer.issueOwn(identity, key.getPublic(), names(), addresses()));
    }

    private static List<String> names() {
        List<String> names = new ArrayList<>(List.of("localhost", "weft-control-plane"));
        try {
            String host = InetAddress.getLocalHost().getHostName();
            // DNS names only: some machines answer with an address.
            if (host.matches("[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})*") && !names.contains(host)) {
                names.add(host);
            }
        } catch (UnknownHostException e) {
            return names;
        }
        return names;
    }

    private static List<String> addresses() {
        List<String> addresses = new ArrayList<>();
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .map(InetAddress::getHostAddress)
                    .map(text -> text.indexOf('%') < 0 ? text : text.substring(0, text.indexOf('%')))
                    .distinct()
                    .limit(64) // a machine with a thousand bridges must not have a huge certificate
                    .forEach(addresses::add);
        } catch (SocketException e) {
            addresses.clear();
        }
        if (!addresses.contains("127.0.0.1")) {
            addresses.add("127.0.0.1");
        }
        return addresses;
    }

    /** TLS towards proxies, with this identity. */
    SSLContext clientContext() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(new KeyManager[] {keyManager()}, new TrustManager[] {trust}, null);
        return context;
    }

    X509ExtendedKeyManager keyManager() {
        return new Keys();
    }

    private final class Keys extends X509ExtendedKeyManager {
        @Override
        public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return List.of(keyTypes).contains("EC") ? ALIAS : null;
        }

        @Override
        public @Nullable String chooseEngineClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return chooseClientAlias(keyTypes, issuers, null);
        }

        @Override
        public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return keyType.equals("EC") ? ALIAS : null;
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return chooseServerAlias(keyType, issuers, null);
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            Issued now = current.issued();
            // The root goes along: who joins with a token knows it by the hash of its key only.
            return new X509Certificate[] {now.leaf(), now.roots().getFirst()};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return current.key().getPrivate();
        }
    }
}
