package dev.weft.net;

import dev.weft.base.Pem;
import dev.weft.base.SpiffeId;
import dev.weft.base.TrustDomain;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the chains of peers against one set of roots: PKIX (RFC 5280), and for mesh contexts the X509-SVID rules.
 *
 * <p>Concurrency: any loop. A chain that passed is remembered by its exact bytes, so that the next handshake of the same
 * peer costs a comparison: whether it is good depends on nothing but those bytes, this object's immutable roots and the
 * time, which is checked again. Refused chains are not remembered.
 */
final class PeerVerifier {
    /** What a chain is checked against. */
    record Rules(
            List<X509Certificate> roots,
            boolean spiffe,
            @Nullable TrustDomain trustDomain,
            List<String> certificateHashes,
            List<String> keyHashes,
            boolean allowExpired,
            boolean acceptUntrusted) {}

    // A proxy talks to at most some hundreds of peers; beyond that start over rather than track use.
    private static final int REMEMBERED = 1024;
    private static final int MAX_DEPTH = 10;
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String ANY_PURPOSE = "2.5.29.37.0";
    // Positions of the bits in X509Certificate.getKeyUsage (RFC 5280 §4.2.1.3)
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int KEY_CERT_SIGN = 5;
    private static final int CRL_SIGN = 6;

    private final Rules rules;
    private final Set<TrustAnchor> anchors = new HashSet<>();
    private final InstantSource clock;
    private final ConcurrentHashMap<ChainKey, PeerCertificate> passed = new ConcurrentHashMap<>();

    PeerVerifier(Rules rules, InstantSource clock) {
        this.rules = rules;
        this.clock = clock;
        for (X509Certificate root : rules.roots()) {
            anchors.add(new TrustAnchor(root, null));
        }
    }

    /** A chain's bytes and what it was used for. */
    private record ChainKey(byte[][] certificates, boolean server) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof ChainKey that
                    && server == that.server
                    && Arrays.deepEquals(certificates, that.certificates);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(certificates[0]);
        }
    }

    /**
     * Verifies a chain, leaf first.
     *
     * @param server whether the peer is the server of the connection
     * @throws CertificateException with the reason
     */
    PeerCertificate verify(X509Certificate[] chain, boolean server) throws CertificateException {
        if (chain.length == 0) {
            throw new CertificateException("no certificate");
        }
        byte[][] encoded = new byte[chain.length][];
        for (int i = 0; i < chain.length; i++) {
            encoded[i] = chain[i].getEncoded();
        }
        ChainKey key = new ChainKey(encoded, server);
        PeerCertificate known = passed.get(key);
        if (known != null && (rules.allowExpired() || known.validUntil().isAfter(clock.instant()))) {
            return known;
        }
        PeerCertificate peer = verifyAnew(encoded, server);
        if (passed.size() >= REMEMBERED) {
            passed.clear();
        }
        passed.put(key, peer);
        return peer;
    }

    private PeerCertificate verifyAnew(byte[][] encoded, boolean server) throws CertificateException {
        List<X509Certificate> presented = new ArrayList<>();
        for (byte[] der : encoded) {
            try {
                presented.add(Pem.certificate(der));
            } catch (IllegalArgumentException e) {
                throw new CertificateException(e.getMessage(), e);
            }
        }
        X509Certificate leaf = presented.get(0);
        CertificateNames names = CertificateNames.of(leaf);
        String fingerprint = HexFormat.of().formatHex(sha256(encoded[0]));
        checkPins(leaf, fingerprint);
        List<X509Certificate> path = List.of(leaf);
        SpiffeId identity = null;
        if (!rules.acceptUntrusted()) {
            if (!rules.roots().isEmpty()) {
                path = checkPath(presented);
                checkPurpose(leaf, server);
                identity = rules.spiffe() ? checkSvid(leaf, names, path) : names.identity();
            }
        }
        return new PeerCertificate(
                identity,
                leaf,
                fingerprint,
                List.copyOf(presented),
                names.uris(),
                names.dns(),
                names.others(),
                validUntil(path, rules.allowExpired()));
    }

    private static Instant validUntil(List<X509Certificate> path, boolean ignored) {
        Instant end = Instant.MAX;
        for (X509Certificate certificate : path) {
            Instant notAfter = certificate.getNotAfter().toInstant();
            end = !ignored && notAfter.isBefore(end) ? notAfter : end;
        }
        return end;
    }

    private void checkPins(X509Certificate leaf, String fingerprint) throws CertificateException {
        // Envoy: with both lists a match in either is enough.
        if (rules.certificateHashes().isEmpty() && rules.keyHashes().isEmpty()) {
            return;
        }
        String key =
                Base64.getEncoder().encodeToString(sha256(leaf.getPublicKey().getEncoded()));
        if (!rules.certificateHashes().contains(fingerprint)
                && !rules.keyHashes().contains(key)) {
            throw new CertificateException("neither the certificate's nor its key's hash is an accepted one");
        }
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }

    /** The certificates from the leaf to just below a root, validated. */
    private List<X509Certificate> checkPath(List<X509Certificate> presented) throws CertificateException {
        List<X509Certificate> path = new ArrayList<>();
        List<X509Certificate> rest = new ArrayList<>(presented);
        X509Certificate current = rest.remove(0);
        path.add(current);
        while (!issuedByRoot(current) && path.size() < MAX_DEPTH) {
            X509Certificate issuer = null;
            for (X509Certificate candidate : rest) {
                if (candidate.getSubjectX500Principal().equals(current.getIssuerX500Principal())) {
                    issuer = candidate;
                    break;
                }
            }
            if (issuer == null) {
                throw new UntrustedIssuerException(
                        current.getIssuerX500Principal().getName());
            }
            rest.remove(issuer);
            path.add(issuer);
            current = issuer;
        }
        try {
            PKIXParameters parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false); // short lives instead; bans are enforced on open connections
            Instant now = clock.instant();
            Instant end = validUntil(path, false);
            parameters.setDate(Date.from(rules.allowExpired() && end.isBefore(now) ? end : now));
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
        } catch (CertPathValidatorException e) {
            throw new CertificateException("chain refused: " + e.getMessage(), e);
        } catch (GeneralSecurityException e) {
            throw new CertificateException("chain cannot be checked: " + e.getMessage(), e);
        }
        return path;
    }

    private boolean issuedByRoot(X509Certificate certificate) {
        for (X509Certificate root : rules.roots()) {
            if (root.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
                return true;
            }
        }
        return false;
    }

    private static void checkPurpose(X509Certificate leaf, boolean server) throws CertificateException {
        List<String> purposes = leaf.getExtendedKeyUsage();
        if (purposes != null
                && !purposes.contains(server ? SERVER_AUTH : CLIENT_AUTH)
                && !purposes.contains(ANY_PURPOSE)) {
            throw new CertificateException("certificate is not for " + (server ? "servers" : "clients"));
        }
    }

    /** X509-SVID §4 and §5.2. */
    private SpiffeId checkSvid(X509Certificate leaf, CertificateNames names, List<X509Certificate> path)
            throws CertificateException {
        if (names.uris().size() != 1) {
            throw new CertificateException(
                    "needs exactly one URI name, has " + names.uris().size());
        }
        SpiffeId id = names.identity();
        if (id == null || id.path().isEmpty()) {
            throw new CertificateException(
                    "not a workload's SPIFFE identity: " + names.uris().get(0));
        }
        if (leaf.getBasicConstraints() >= 0) {
            throw new CertificateException(id + ": a CA certificate cannot be a workload's");
        }
        boolean[] usage = leaf.getKeyUsage();
        Set<String> critical = leaf.getCriticalExtensionOIDs();
        if (usage == null || critical == null || !critical.contains("2.5.29.15")) {
            throw new CertificateException(id + ": key usage is missing or not critical");
        }
        if (!usage[DIGITAL_SIGNATURE] || usage[KEY_CERT_SIGN] || usage[CRL_SIGN]) {
            throw new CertificateException(id + ": key usage must be digitalSignature without certificate signing");
        }
        TrustDomain expected = bundleDomain(path);
        if (expected != null && !expected.equals(id.trustDomain())) {
            throw new CertificateException(id + ": trust domain is not " + expected);
        }
        return id;
    }

    /** The trust domain that the signing chain names for itself, else the one these roots are used for. */
    private @Nullable TrustDomain bundleDomain(List<X509Certificate> path) throws CertificateException {
        X509Certificate last = path.get(path.size() - 1);
        for (X509Certificate root : rules.roots()) {
            if (root.getSubjectX500Principal().equals(last.getIssuerX500Principal())) {
                SpiffeId own = CertificateNames.of(root).identity();
                if (own != null) {
                    return own.trustDomain();
                }
            }
        }
        return rules.trustDomain();
    }
}
