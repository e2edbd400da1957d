package dev.weft.xdsmodel;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Transport sockets and secrets: {@code envoy.extensions.transport_sockets.tls.v3}. */
final class TlsParser {
    private static final String PACKAGE = "envoy.extensions.transport_sockets.tls.v3.";
    private static final String RAW_BUFFER = "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer";
    private static final TransportSocket PLAINTEXT = new TransportSocket.Plaintext();

    private TlsParser() {}

    static TransportSocket downstream(MessageView view) {
        MessageView config = config(view);
        if (config == null || config.isMessageOf(RAW_BUFFER)) {
            return PLAINTEXT;
        }
        if (!config.isMessageOf(PACKAGE + "DownstreamTlsContext")) {
            wrong(view, config);
            return PLAINTEXT;
        }
        MessageView common = config.messageOrEmpty("common_tls_context");
        CommonTls tls = common(common);
        if (tls.certificates().isEmpty() && tls.certificateSecrets().isEmpty()) {
            common.error("tls_certificates", "required", "a TLS server needs a certificate", "");
        }
        return new TransportSocket.DownstreamTls(
                tls, config.bool("require_client_certificate", false), config.bool("require_sni", false));
    }

    static TransportSocket upstream(MessageView view) {
        MessageView config = config(view);
        if (config == null || config.isMessageOf(RAW_BUFFER)) {
            return PLAINTEXT;
        }
        if (!config.isMessageOf(PACKAGE + "UpstreamTlsContext")) {
            wrong(view, config);
            return PLAINTEXT;
        }
        return new TransportSocket.UpstreamTls(
                common(config.messageOrEmpty("common_tls_context")),
                config.string("sni"),
                config.bool("auto_host_sni"),
                config.bool("auto_sni_san_validation"));
    }

    private static @Nullable MessageView config(MessageView view) {
        MessageView socket = view.message("transport_socket");
        if (socket == null) {
            return null;
        }
        String name = socket.string("name");
        socket.which("config_type");
        if (name.equals("envoy.transport_sockets.raw_buffer") && socket.message("typed_config") == null) {
            return null;
        }
        return CommonParser.typed(socket, "typed_config");
    }

    private static void wrong(MessageView view, MessageView config) {
        MessageView socket = view.messageOrEmpty("transport_socket");
        FieldTable.unsupportedExtension(
                socket.messageOrEmpty("typed_config"), config.type().fullName());
    }

    private static CommonTls common(MessageView view) {
        MessageView parameters = view.messageOrEmpty("tls_params");
        List<Secret.TlsCertificate> certificates = new ArrayList<>();
        view.messages("tls_certificates").forEach(certificate -> certificates.add(certificate("", certificate)));
        List<String> secrets = new ArrayList<>();
        view.messages("tls_certificate_sds_secret_configs").forEach(secret -> secrets.add(secretName(secret)));
        if (!certificates.isEmpty() && !secrets.isEmpty()) {
            view.error("tls_certificate_sds_secret_configs", "oneof", "not together with tls_certificates", "");
        }
        return new CommonTls(
                version(parameters, "tls_minimum_protocol_version"),
                version(parameters, "tls_maximum_protocol_version"),
                parameters.strings("cipher_suites"),
                parameters.strings("ecdh_curves"),
                view.strings("alpn_protocols"),
                certificates,
                secrets,
                validation(view));
    }

    private static CommonTls.TlsVersion version(MessageView parameters, String field) {
        String name = parameters.enumName(field);
        return name.equals("TLS_AUTO")
                ? CommonTls.TlsVersion.AUTO
                : parameters.choice(field, CommonTls.TlsVersion.values());
    }

    private static CommonTls.Validation validation(MessageView view) {
        String kind = view.which("validation_context_type");
        if (kind == null) {
            return CommonTls.Validation.NONE;
        }
        MessageView context = view.messageOrEmpty(kind);
        return switch (kind) {
            case "validation_context" -> new CommonTls.Validation(validationContext("", context), null);
            case "validation_context_sds_secret_config" -> new CommonTls.Validation(null, secretName(context));
            case "combined_validation_context" ->
                new CommonTls.Validation(
                        validationContext("", context.messageOrEmpty("default_validation_context")),
                        secretName(context.messageOrEmpty("validation_context_sds_secret_config")));
            default -> {
                CommonParser.unsupported(view, kind);
                yield CommonTls.Validation.NONE;
            }
        };
    }

    /** Without {@code sds_config} a secret of the bootstrap is meant; the name is enough either way. */
    private static String secretName(MessageView view) {
        CommonParser.requireAds(view, "sds_config");
        return view.string("name");
    }

    static @Nullable Secret secret(MessageView view) {
        String name = view.string("name");
        String kind = view.which("type");
        if (kind == null) {
            view.error("", "required", "one of tls_certificate, validation_context must be set", "");
            return null;
        }
        return switch (kind) {
            case "tls_certificate" -> certificate(name, view.messageOrEmpty(kind));
            case "validation_context" -> validationContext(name, view.messageOrEmpty(kind));
            default -> {
                CommonParser.unsupported(view, kind);
                yield null;
            }
        };
    }

    private static Secret.TlsCertificate certificate(String name, MessageView view) {
        DataSource chain = CommonParser.dataSourceOrNull(view, "certificate_chain");
        DataSource key = CommonParser.dataSourceOrNull(view, "private_key");
        if (chain == null || key == null) {
            view.error(chain == null ? "certificate_chain" : "private_key", "required", "must be set", "");
        }
        return new Secret.TlsCertificate(
                name, chain == null ? DataSource.EMPTY : chain, key == null ? DataSource.EMPTY : key);
    }

    private static Secret.ValidationContext validationContext(String name, MessageView view) {
        List<Secret.SubjectAltNameMatcher> names = new ArrayList<>();
        for (MessageView matcher : view.messages("match_typed_subject_alt_names")) {
            names.add(new Secret.SubjectAltNameMatcher(
                    matcher.choice("san_type", Secret.SanType.values()),
                    CommonParser.stringMatcher(matcher.messageOrEmpty("matcher"))));
        }
        for (MessageView matcher : view.messages("match_subject_alt_names")) {
            // The older field names no type: it matches DNS names, URIs and addresses alike.
            StringMatcher any = CommonParser.stringMatcher(matcher);
            for (Secret.SanType type : List.of(Secret.SanType.DNS, Secret.SanType.URI, Secret.SanType.IP_ADDRESS)) {
                names.add(new Secret.SubjectAltNameMatcher(type, any));
            }
        }
        DataSource roots = CommonParser.dataSourceOrNull(view, "trusted_ca");
        return new Secret.ValidationContext(
                name,
                roots,
                names,
                view.strings("verify_certificate_spki"),
                hashes(view),
                CommonParser.dataSourceOrNull(view, "crl"),
                view.bool("allow_expired_certificate"),
                view.enumName("trust_chain_verification").equals("ACCEPT_UNTRUSTED"));
    }

    /** Hex, with or without colons. */
    private static List<String> hashes(MessageView view) {
        List<String> hashes = new ArrayList<>();
        for (String hash : view.strings("verify_certificate_hash")) {
            hashes.add(hash.replace(":", "").toLowerCase(Locale.ROOT));
        }
        return hashes;
    }
}
