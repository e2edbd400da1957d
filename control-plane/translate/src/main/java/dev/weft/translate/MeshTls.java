package dev.weft.translate;

import com.google.protobuf.BoolValue;
import dev.weft.base.TrustDomain;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.List;

/** TLS 1.3 between proxies: own certificate {@code default}, roots {@code ROOTCA}, both by SDS. */
final class MeshTls {
    /** What is inside, said by ALPN. */
    static final String HTTP1 = "istio-http/1.1";

    static final String HTTP2 = "istio-h2";

    /** Any HTTP, of two proxies of ours; an Envoy neither offers nor is offered it. */
    private static final String MUX = "weft-mux";

    /** What HTTP comes as, the best first: the server chooses. */
    static final List<String> HTTP = List.of(MUX, HTTP2, HTTP1);

    static final String OPAQUE = "istio";

    private static final TlsParameters TLS_1_3 = TlsParameters.newBuilder()
            .setTlsMinimumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_3)
            .setTlsMaximumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_3)
            .build();
    private static final SdsSecretConfig OWN_CERTIFICATE = SdsSecretConfig.newBuilder()
            .setName("default")
            .setSdsConfig(Protos.ADS)
            .build();
    private static final SdsSecretConfig ROOTS = SdsSecretConfig.newBuilder()
            .setName("ROOTCA")
            .setSdsConfig(Protos.ADS)
            .build();

    private MeshTls() {}

    /** Lets in any workload of the trust domain (host credentials are signed by the same root and are not workloads). */
    static TransportSocket server(TrustDomain trustDomain, List<String> alpn) {
        StringMatcher workloads = StringMatcher.newBuilder()
                .setPrefix("spiffe://" + trustDomain + "/ns/")
                .build();
        return socket(DownstreamTlsContext.newBuilder()
                .setCommonTlsContext(common(List.of(workloads), alpn))
                .setRequireClientCertificate(BoolValue.of(true))
                .build());
    }

    /** Talks to one of these identities only. */
    static TransportSocket client(List<String> identities, String alpn, String sni) {
        List<StringMatcher> matchers = identities.stream()
                .map(identity -> StringMatcher.newBuilder().setExact(identity).build())
                .toList();
        return socket(UpstreamTlsContext.newBuilder()
                .setCommonTlsContext(common(matchers, List.of(alpn)))
                .setSni(sni)
                .build());
    }

    private static CommonTlsContext common(List<StringMatcher> peers, List<String> alpn) {
        CertificateValidationContext.Builder validation = CertificateValidationContext.newBuilder();
        for (StringMatcher peer : peers) {
            validation.addMatchTypedSubjectAltNames(SubjectAltNameMatcher.newBuilder()
                    .setSanType(SubjectAltNameMatcher.SanType.URI)
                    .setMatcher(peer));
        }
        return CommonTlsContext.newBuilder()
                .setTlsParams(TLS_1_3)
                .addAllAlpnProtocols(alpn)
                .addTlsCertificateSdsSecretConfigs(OWN_CERTIFICATE)
                .setCombinedValidationContext(CommonTlsContext.CombinedCertificateValidationContext.newBuilder()
                        .setDefaultValidationContext(validation)
                        .setValidationContextSdsSecretConfig(ROOTS))
                .build();
    }

    private static TransportSocket socket(com.google.protobuf.Message context) {
        return TransportSocket.newBuilder()
                .setName("envoy.transport_sockets.tls")
                .setTypedConfig(Protos.pack(context))
                .build();
    }
}
