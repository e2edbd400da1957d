package dev.weft.net;

import dev.weft.base.Diagnostic;
import dev.weft.xdsmodel.CommonTls;
import dev.weft.xdsmodel.DataSource;
import dev.weft.xdsmodel.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The texts and rules a TLS context is built from, with secrets and files resolved: what two configurations must share to
 * share a native context. Equality is by content, so a secret that comes again unchanged changes nothing.
 *
 * @param certificate PEM chain, empty = none
 * @param key PEM, empty = none
 * @param roots PEM, empty = none
 */
record TlsMaterial(
        boolean client,
        boolean requireClientCertificate,
        CommonTls.TlsVersion minVersion,
        CommonTls.TlsVersion maxVersion,
        List<String> cipherSuites,
        List<String> curves,
        List<String> alpn,
        String certificate,
        String key,
        boolean verify,
        boolean spiffe,
        String roots,
        List<String> certificateHashes,
        List<String> keyHashes,
        boolean allowExpired,
        boolean acceptUntrusted) {
    /** The SDS name of the mesh's roots: whatever is verified against them must be a SPIFFE identity of the mesh. */
    static final String MESH_ROOTS = "ROOTCA";

    @Override
    public String toString() {
        return "TlsMaterial[client=" + client + ", alpn=" + alpn + ", spiffe=" + spiffe + "]"; // never the key
    }

    /** The material of a configuration, or null while a secret it names has not come. Adds to {@code problems}. */
    static @Nullable TlsMaterial resolve(
            CommonTls common,
            boolean client,
            boolean requireClientCertificate,
            Map<String, Secret> secrets,
            List<Diagnostic> problems) {
        int before = problems.size();
        boolean waiting = false;
        List<Secret.TlsCertificate> own = new ArrayList<>(common.certificates());
        for (String name : common.certificateSecrets()) {
            if (secrets.get(name) instanceof Secret.TlsCertificate certificate) {
                own.add(certificate);
            } else {
                waiting = true;
            }
        }
        if (own.size() > 1) {
            problems.add(Diagnostic.error(
                    "unsupported-value",
                    common.certificates().isEmpty() ? "tls_certificate_sds_secret_configs" : "tls_certificates",
                    "more than one certificate in a TLS context is not supported",
                    "keep the ECDSA one"));
        }
        if (own.isEmpty() && !waiting && !client) {
            problems.add(Diagnostic.error(
                    "missing-field", "tls_certificates", "a TLS server needs a certificate", "add one"));
        }
        Secret.ValidationContext named = null;
        String secret = common.validation().secret();
        if (secret != null) {
            if (secrets.get(secret) instanceof Secret.ValidationContext found) {
                named = found;
            } else {
                waiting = true;
            }
        }
        Secret.ValidationContext inline = common.validation().inline();
        String roots = "";
        String rootsPath = "validation_context.trusted_ca";
        if (named != null && named.trustedCa() != null) {
            roots = read(named.trustedCa(), rootsPath, problems);
        } else if (inline != null && inline.trustedCa() != null) {
            roots = read(inline.trustedCa(), rootsPath, problems);
        }
        List<String> hashes = new ArrayList<>();
        List<String> keyHashes = new ArrayList<>();
        boolean allowExpired = false;
        boolean acceptUntrusted = false;
        for (Secret.ValidationContext context : new Secret.ValidationContext[] {named, inline}) {
            if (context == null) {
                continue;
            }
            context.verifyCertificateHash()
                    .forEach(h -> hashes.add(h.replace(":", "").toLowerCase(java.util.Locale.ROOT)));
            keyHashes.addAll(context.verifyCertificateSpki());
            allowExpired |= context.allowExpiredCertificate();
            acceptUntrusted |= context.acceptUntrusted();
            problems.addAll(SanMatchers.problems(context.matchTypedSubjectAltNames()));
            if (context.crl() != null) {
                problems.add(Diagnostic.error(
                        "unsupported-field",
                        "validation_context.crl",
                        "certificate revocation lists are not supported",
                        "leave it out"));
            }
            if (!waiting
                    && roots.isEmpty()
                    && !context.matchTypedSubjectAltNames().isEmpty()) {
                problems.add(Diagnostic.error(
                        "missing-field",
                        rootsPath,
                        "names of certificates are checked but not who issued them",
                        "give the roots too"));
            }
        }
        String certificate = own.isEmpty() ? "" : read(own.get(0).certificateChain(), "certificate_chain", problems);
        String key = own.isEmpty() ? "" : read(own.get(0).privateKey(), "private_key", problems);
        if (waiting || problems.size() > before) {
            return null;
        }
        return new TlsMaterial(
                client,
                requireClientCertificate,
                common.minVersion(),
                common.maxVersion(),
                common.cipherSuites(),
                common.ecdhCurves(),
                common.alpnProtocols(),
                certificate,
                key,
                !common.validation().isNone(),
                MESH_ROOTS.equals(secret),
                roots,
                List.copyOf(hashes),
                List.copyOf(keyHashes),
                allowExpired,
                acceptUntrusted);
    }

    private static String read(DataSource source, String path, List<Diagnostic> problems) {
        switch (source) {
            case DataSource.Inline inline -> {
                return inline.text();
            }
            case DataSource.File file -> {
                try {
                    return Files.readString(Path.of(file.path()), StandardCharsets.ISO_8859_1);
                } catch (IOException e) {
                    problems.add(Diagnostic.error(
                            "unreadable-file",
                            path + ".filename",
                            "cannot read " + file.path() + " (" + e.getClass().getSimpleName() + ")",
                            "check the path and its permissions"));
                    return "";
                }
            }
            case DataSource.EnvironmentVariable variable -> {
                String value = System.getenv(variable.name());
                if (value == null) {
                    problems.add(Diagnostic.error(
                            "missing-variable",
                            path + ".environment_variable",
                            variable.name() + " is not set",
                            "set it, or use a file"));
                    return "";
                }
                return value;
            }
        }
    }

    /** The SAN matchers of a configuration: those of the secret and those written in place. */
    static SanMatchers names(CommonTls common, Map<String, Secret> secrets) {
        List<Secret.SubjectAltNameMatcher> all = new ArrayList<>();
        String secret = common.validation().secret();
        if (secret != null && secrets.get(secret) instanceof Secret.ValidationContext named) {
            all.addAll(named.matchTypedSubjectAltNames());
        }
        if (common.validation().inline() != null) {
            all.addAll(common.validation().inline().matchTypedSubjectAltNames());
        }
        return all.isEmpty() ? SanMatchers.ANY : new SanMatchers(all);
    }
}
