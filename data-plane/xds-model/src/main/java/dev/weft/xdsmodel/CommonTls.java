package dev.weft.xdsmodel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.extensions.transport_sockets.tls.v3.CommonTlsContext}.
 *
 * @param minVersion AUTO = TLS 1.2
 * @param maxVersion AUTO = TLS 1.2 as client and TLS 1.3 as server, as Envoy does
 * @param cipherSuites OpenSSL names for TLS 1.2; empty = Envoy's defaults
 * @param ecdhCurves empty = the library's
 * @param alpnProtocols in order of preference; empty = no ALPN
 * @param certificates own certificates, in place
 * @param certificateSecrets names of own certificates over SDS
 */
public record CommonTls(
        TlsVersion minVersion,
        TlsVersion maxVersion,
        List<String> cipherSuites,
        List<String> ecdhCurves,
        List<String> alpnProtocols,
        List<Secret.TlsCertificate> certificates,
        List<String> certificateSecrets,
        Validation validation) {
    /** A TLS version limit. */
    public enum TlsVersion {
        AUTO,
        TLSv1_0,
        TLSv1_1,
        TLSv1_2,
        TLSv1_3
    }

    /**
     * How the peer's certificate is checked. Both null = not at all; both set = {@code combined_validation_context}: the
     * roots of the secret and everything {@code inline} says.
     */
    public record Validation(
            Secret.@Nullable ValidationContext inline,
            @Nullable String secret) {
        public static final Validation NONE = new Validation(null, null);

        public boolean isNone() {
            return inline == null && secret == null;
        }
    }

    public CommonTls {
        cipherSuites = List.copyOf(cipherSuites);
        ecdhCurves = List.copyOf(ecdhCurves);
        alpnProtocols = List.copyOf(alpnProtocols);
        certificates = List.copyOf(certificates);
        certificateSecrets = List.copyOf(certificateSecrets);
    }

    /** Envoy's defaults, nothing offered and nothing checked. */
    public static final CommonTls DEFAULT = new CommonTls(
            TlsVersion.AUTO, TlsVersion.AUTO, List.of(), List.of(), List.of(), List.of(), List.of(), Validation.NONE);

    /** The shape of the mesh: secrets by name, ALPN, one version for both limits. */
    public static CommonTls ofSecrets(
            String certificateSecret, Validation validation, TlsVersion version, List<String> alpnProtocols) {
        return new CommonTls(
                version,
                version,
                List.of(),
                List.of(),
                alpnProtocols,
                List.of(),
                List.of(certificateSecret),
                validation);
    }
}
