package dev.weft.identity;

import dev.weft.base.Pem;
import dev.weft.base.SpiffeId;
import dev.weft.xdsmodel.DataSource;
import dev.weft.xdsmodel.Secret;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A key with the certificate chain for it and the roots of its trust domain.
 *
 * @param chain leaf first, without the root
 * @param roots what peers of the trust domain are verified against
 */
public record IssuedIdentity(
        SpiffeId identity, PrivateKey key, List<X509Certificate> chain, List<X509Certificate> roots) {
    /** SDS name of the own certificate. */
    public static final String CERTIFICATE_SECRET = "default";

    /** SDS name of the roots. */
    public static final String ROOTS_SECRET = "ROOTCA";

    public IssuedIdentity {
        chain = List.copyOf(chain);
        roots = List.copyOf(roots);
    }

    /** Reads what a certificate service answered and checks that it is what was asked for. */
    static IssuedIdentity of(SpiffeId wanted, KeyPair keys, List<String> answer, Instant now) {
        if (answer.size() < 2) {
            throw new IllegalArgumentException("the answer needs a certificate and the roots");
        }
        List<X509Certificate> chain = new ArrayList<>();
        for (String element : answer.subList(0, answer.size() - 1)) {
            chain.addAll(Pem.certificates(element));
        }
        List<X509Certificate> roots = Pem.certificates(answer.get(answer.size() - 1));
        if (chain.isEmpty() || roots.isEmpty()) {
            throw new IllegalArgumentException("the answer lacks " + (chain.isEmpty() ? "a certificate" : "the roots"));
        }
        X509Certificate leaf = chain.get(0);
        if (!leaf.getPublicKey().equals(keys.getPublic())) {
            throw new IllegalArgumentException("the certificate is for another key");
        }
        SpiffeId named = identityOf(leaf);
        if (!named.equals(wanted)) {
            throw new IllegalArgumentException("the certificate is for " + named + ", not " + wanted);
        }
        if (!leaf.getNotAfter().toInstant().isAfter(now)) {
            throw new IllegalArgumentException("the certificate has ended already, at "
                    + leaf.getNotAfter().toInstant() + "; check the clock");
        }
        return new IssuedIdentity(wanted, keys.getPrivate(), chain, roots);
    }

    /** The SPIFFE identity of a certificate: its only URI name; {@link IllegalArgumentException} when it has none. */
    public static SpiffeId identityOf(X509Certificate certificate) {
        List<String> uris = new ArrayList<>();
        try {
            var names = certificate.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                if (Integer.valueOf(6).equals(name.get(0))) {
                    uris.add((String) name.get(1));
                }
            }
        } catch (CertificateParsingException e) {
            throw new IllegalArgumentException("unreadable names: " + e.getMessage(), e);
        }
        if (uris.size() != 1) {
            throw new IllegalArgumentException("needs exactly one URI name, has " + uris.size()); // X509-SVID §2
        }
        return SpiffeId.parse(uris.get(0));
    }

    public X509Certificate leaf() {
        return chain.get(0);
    }

    public Instant notBefore() {
        return leaf().getNotBefore().toInstant();
    }

    public Instant notAfter() {
        return leaf().getNotAfter().toInstant();
    }

    /** The moment when this share of the certificate's life has passed. */
    Instant at(double share) {
        long life = Duration.between(notBefore(), notAfter()).toMillis();
        return notBefore().plusMillis((long) (life * share));
    }

    /** Lower-case hex, as tools print it. */
    public String serial() {
        return leaf().getSerialNumber().toString(16);
    }

    /** The secrets {@code default} and {@code ROOTCA}, for the snapshot. The first holds the private key. */
    public List<Secret> secrets() {
        return List.of(
                new Secret.TlsCertificate(
                        CERTIFICATE_SECRET,
                        new DataSource.Inline(Pem.encode(chain)),
                        new DataSource.Inline(Pem.encode(key))),
                Secret.ValidationContext.of(ROOTS_SECRET, new DataSource.Inline(Pem.encode(roots))));
    }

    @Override
    public String toString() {
        return identity + " serial " + serial() + " until " + notAfter(); // never the key
    }
}
