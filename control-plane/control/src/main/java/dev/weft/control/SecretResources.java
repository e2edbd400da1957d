package dev.weft.control;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.weft.base.SpiffeId;
import dev.weft.ca.CertificateAuthority;
import dev.weft.ca.CertificateIssuer;
import dev.weft.ca.Issued;
import dev.weft.xdsserver.XdsResource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is served as secrets: the roots ({@code ROOTCA}, no secret at all) to everybody, and a key with its certificate
 * ({@code default}) to foreign proxies that the operator named, because they cannot make their own. Weft's proxies answer
 * {@code default} themselves: their keys never leave them. Confined to the mesh's thread.
 */
final class SecretResources {
    private final CertificateIssuer issuer;
    private final InstantSource clock;
    private final XdsResource roots;
    private final Map<SpiffeId, Held> held = new HashMap<>();

    private record Held(XdsResource resource, Instant renewAt) {}

    SecretResources(CertificateIssuer issuer, InstantSource clock) {
        this.issuer = issuer;
        this.clock = clock;
        String root = Issued.pem(issuer.authority().root());
        this.roots = resource(
                Secret.newBuilder()
                        .setName("ROOTCA")
                        .setValidationContext(
                                CertificateValidationContext.newBuilder().setTrustedCa(text(root)))
                        .build(),
                issuer.authority().rootFingerprint().substring(0, 16));
    }

    /** The secrets of a class; with a key only where it has one identity. */
    Map<String, XdsResource> of(@Nullable SpiffeId foreign) {
        Map<String, XdsResource> secrets = new LinkedHashMap<>();
        secrets.put(roots.name(), roots);
        if (foreign != null) {
            XdsResource own = own(foreign);
            secrets.put(own.name(), own);
        }
        return secrets;
    }

    /** Whether a certificate that was handed out should be replaced. */
    boolean isRenewalDue() {
        Instant now = clock.instant();
        return held.values().stream().anyMatch(h -> now.isAfter(h.renewAt()));
    }

    private XdsResource own(SpiffeId identity) {
        Held known = held.get(identity);
        if (known != null && !clock.instant().isAfter(known.renewAt())) {
            return known.resource();
        }
        KeyPair pair;
        try {
            pair = CertificateAuthority.newKey();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // P-256 was there at the start
        }
        Issued issued = issuer.issueForeign(identity, pair.getPublic());
        String key = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(pair.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        Secret secret = Secret.newBuilder()
                .setName("default")
                .setTlsCertificate(TlsCertificate.newBuilder()
                        .setCertificateChain(text(Issued.pem(issued.leaf())))
                        .setPrivateKey(text(key)))
                .build();
        XdsResource resource = resource(secret, issued.leaf().getSerialNumber().toString(16));
        Instant begin = clock.instant();
        Duration life = Duration.between(begin, issued.leaf().getNotAfter().toInstant());
        held.put(identity, new Held(resource, begin.plus(life.dividedBy(2))));
        return resource;
    }

    private static DataSource text(String text) {
        return DataSource.newBuilder()
                .setInlineBytes(ByteString.copyFrom(text, StandardCharsets.US_ASCII))
                .build();
    }

    private static XdsResource resource(Secret secret, String version) {
        return new XdsResource(secret.getName(), version, Any.pack(secret).toByteArray());
    }
}
