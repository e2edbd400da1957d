package dev.weft.proxy;

import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.CommonTls;
import dev.weft.xdsmodel.DataSource;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.Secret;
import dev.weft.xdsmodel.TransportSocket;
import dev.weft.xdsmodel.XdsSnapshot;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /certs} in the structure of {@code envoy.admin.v3.Certificates}: what is shown and what is trusted, until when. */
final class CertsPage {
    private static final int SAN_DNS = 2;
    private static final int SAN_URI = 6;
    private static final int SAN_IP = 7;

    private CertsPage() {}

    static Map<String, Object> json(XdsSnapshot snapshot, Instant now) {
        Set<Secret> secrets = new LinkedHashSet<>(snapshot.secrets().values());
        for (Listener listener : snapshot.listeners().values()) {
            listener.filterChains().forEach(chain -> add(chain, secrets));
            FilterChain last = listener.defaultFilterChain();
            if (last != null) {
                add(last, secrets);
            }
        }
        for (Cluster cluster : snapshot.clusters().values()) {
            add(cluster.transportSocket(), secrets);
            cluster.transportSocketMatches().forEach(match -> add(match.transportSocket(), secrets));
        }
        List<Object> certificates = new ArrayList<>();
        for (Secret secret : secrets) {
            Map<String, Object> entry = new LinkedHashMap<>();
            switch (secret) {
                case Secret.TlsCertificate own -> {
                    entry.put("ca_cert", List.of());
                    entry.put("cert_chain", details(own.name(), own.certificateChain(), now));
                }
                case Secret.ValidationContext trusted -> {
                    DataSource roots = trusted.trustedCa();
                    if (roots == null) {
                        continue;
                    }
                    entry.put("ca_cert", details(trusted.name(), roots, now));
                    entry.put("cert_chain", List.of());
                }
            }
            certificates.add(entry);
        }
        return Map.of("certificates", certificates);
    }

    private static void add(FilterChain chain, Set<Secret> secrets) {
        add(chain.transportSocket(), secrets);
    }

    private static void add(TransportSocket socket, Set<Secret> secrets) {
        CommonTls tls = switch (socket) {
            case TransportSocket.DownstreamTls downstream -> downstream.common();
            case TransportSocket.UpstreamTls upstream -> upstream.common();
            case TransportSocket.Plaintext plaintext -> null;
        };
        if (tls != null) {
            secrets.addAll(tls.certificates());
            Secret inline = tls.validation().inline();
            if (inline != null) {
                secrets.add(inline);
            }
        }
    }

    private static List<Object> details(String name, DataSource source, Instant now) {
        String path = source instanceof DataSource.File file ? file.path() : name.isEmpty() ? "<inline>" : name;
        List<Object> details = new ArrayList<>();
        for (X509Certificate certificate : Pem.certificates(Pem.text(source))) {
            Instant from = certificate.getNotBefore().toInstant();
            Instant until = certificate.getNotAfter().toInstant();
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("path", path);
            entry.put("serial_number", certificate.getSerialNumber().toString(16));
            entry.put("subject_alt_names", names(certificate));
            entry.put(
                    "days_until_expiration",
                    Long.toString(Math.max(0, Duration.between(now, until).toDays())));
            entry.put("valid_from", from.toString());
            entry.put("expiration_time", until.toString());
            details.add(entry);
        }
        return details;
    }

    private static List<Object> names(X509Certificate certificate) {
        List<Object> names = new ArrayList<>();
        try {
            @Nullable Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            if (all != null) {
                for (List<?> name : all) {
                    switch ((Integer) name.get(0)) {
                        case SAN_DNS -> names.add(Map.of("dns", String.valueOf(name.get(1))));
                        case SAN_URI -> names.add(Map.of("uri", String.valueOf(name.get(1))));
                        case SAN_IP -> names.add(Map.of("ip_address", String.valueOf(name.get(1))));
                        default -> {}
                    }
                }
            }
        } catch (CertificateParsingException e) {
            return names; // shown without names rather than not at all
        }
        return names;
    }
}
