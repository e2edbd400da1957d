package dev.weft.xdsmodel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code envoy.extensions.transport_sockets.tls.v3.Secret}. */
public sealed interface Secret {
    /** Empty where it is written in place. */
    String name();

    /** A certificate chain (PEM, leaf first) and its private key (PEM). */
    record TlsCertificate(String name, DataSource certificateChain, DataSource privateKey) implements Secret {}

    /**
     * What a peer's certificate must be.
     *
     * @param trustedCa roots in PEM; null = none here
     * @param matchTypedSubjectAltNames one must match; empty = any name
     * @param verifyCertificateSpki base64 SHA-256 of accepted keys; empty = any
     * @param verifyCertificateHash hex SHA-256 of accepted certificates; empty = any
     * @param crl null = none
     * @param allowExpiredCertificate default false
     * @param acceptUntrusted {@code trust_chain_verification: ACCEPT_UNTRUSTED}; default false
     */
    record ValidationContext(
            String name,
            @Nullable DataSource trustedCa,
            List<SubjectAltNameMatcher> matchTypedSubjectAltNames,
            List<String> verifyCertificateSpki,
            List<String> verifyCertificateHash,
            @Nullable DataSource crl,
            boolean allowExpiredCertificate,
            boolean acceptUntrusted)
            implements Secret {
        public ValidationContext {
            matchTypedSubjectAltNames = List.copyOf(matchTypedSubjectAltNames);
            verifyCertificateSpki = List.copyOf(verifyCertificateSpki);
            verifyCertificateHash = List.copyOf(verifyCertificateHash);
        }

        /** Only roots. */
        public static ValidationContext of(String name, DataSource trustedCa) {
            return new ValidationContext(name, trustedCa, List.of(), List.of(), List.of(), null, false, false);
        }
    }

    /** One name of a certificate and what it must look like. */
    record SubjectAltNameMatcher(SanType sanType, StringMatcher matcher) {}

    /** Kinds of subject alternative names. */
    enum SanType {
        EMAIL,
        DNS,
        URI,
        IP_ADDRESS
    }
}
