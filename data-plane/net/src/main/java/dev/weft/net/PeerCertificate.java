package dev.weft.net;

import dev.weft.base.SpiffeId;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A peer's certificate that passed verification.
 *
 * @param identity the SPIFFE identity; null for a certificate outside a mesh
 * @param leaf the certificate itself
 * @param sha256 the leaf's fingerprint, lower-case hex
 * @param chain all certificates it showed, the leaf first
 * @param uriNames its URI subject alternative names
 * @param dnsNames its DNS names
 * @param otherNames its IP addresses and mail addresses, as text
 * @param validUntil when the first certificate of the chain ends
 */
public record PeerCertificate(
        @Nullable SpiffeId identity,
        X509Certificate leaf,
        String sha256,
        List<X509Certificate> chain,
        List<String> uriNames,
        List<String> dnsNames,
        List<String> otherNames,
        Instant validUntil) {}
