package dev.weft.control;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.base.Address;
import dev.weft.base.SpiffeId;
import dev.weft.ca.CertificateAuthority;
import dev.weft.xdsapi.IstioCertificateRequest;
import dev.weft.xdsapi.IstioCertificateResponse;
import dev.weft.xdsapi.IstioCertificateServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.jspecify.annotations.Nullable;

/** What a host and a proxy do: join, get certificates, open channels with them. */
final class TestClient {
    /** A key, its certificate and the root. */
    record Credential(PrivateKey key, X509Certificate leaf, X509Certificate root) {}

    private TestClient() {}

    static ManagedChannel plaintext(Address address) {
        return NettyChannelBuilder.forAddress(address.host(), address.port())
                .usePlaintext()
                .maxInboundMessageSize(64 << 20)
                .build();
    }

    /** A channel that trusts the root and shows a certificate, if any. */
    static ManagedChannel channel(Address address, X509Certificate root, @Nullable Credential own) {
        try {
            SslContextBuilder tls = GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                    .trustManager(root)
                    .protocols("TLSv1.3");
            if (own != null) {
                KeyStore store = KeyStore.getInstance("JKS"); // in memory: PKCS12 derives keys with 10 000 rounds
                store.load(null, null);
                store.setKeyEntry("own", own.key(), new char[0], new Certificate[] {own.leaf()});
                KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                keys.init(store, new char[0]);
                tls.keyManager(keys);
            }
            return NettyChannelBuilder.forAddress(address.host(), address.port())
                    .sslContext(tls.build())
                    .maxInboundMessageSize(64 << 20)
                    .build();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static Credential create(ManagedChannel channel, String token, @Nullable String wanted) {
        return create(channel, token, wanted, null);
    }

    /** @param instance what the request says of which instance asks; null for nothing */
    static Credential create(ManagedChannel channel, String token, @Nullable String wanted, @Nullable String instance) {
        try {
            KeyPair pair = CertificateAuthority.newKey();
            IstioCertificateRequest.Builder request =
                    IstioCertificateRequest.newBuilder().setCsr(csr(pair));
            Struct.Builder metadata = request.getMetadataBuilder();
            if (wanted != null) {
                metadata.putFields(
                        "weft.identity",
                        Value.newBuilder().setStringValue(wanted).build());
            }
            if (instance != null) {
                metadata.putFields(
                        "weft.workload",
                        Value.newBuilder().setStringValue(instance).build());
            }
            ClientInterceptor[] interceptors = token.isEmpty()
                    ? new ClientInterceptor[0]
                    : new ClientInterceptor[] {MetadataUtils.newAttachHeadersInterceptor(bearer(token))};
            IstioCertificateResponse response = IstioCertificateServiceGrpc.newBlockingStub(channel)
                    .withInterceptors(interceptors)
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .createCertificate(request.build());
            List<String> chain = response.getCertChainList();
            return new Credential(pair.getPrivate(), parse(chain.getFirst()), parse(chain.getLast()));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** A workload's credential by the whole way: token, host, workload. */
    static Credential workload(ControlPlane controlPlane, String namespace, String account) {
        return workload(controlPlane, namespace, account, null);
    }

    static Credential workload(ControlPlane controlPlane, String namespace, String account, @Nullable String instance) {
        Address address = controlPlane.xdsAddress();
        X509Certificate root = controlPlane.issuer().authority().root();
        String secret = controlPlane
                .issuer()
                .tokens()
                .create(
                        "test-host",
                        List.of(dev.weft.ca.IdentityPattern.parse(namespace + "/" + account)),
                        java.time.Duration.ofMinutes(5))
                .secret();
        SpiffeId identity = controlPlane.issuer().authority().trustDomain().workload(namespace, account);
        ManagedChannel anonymous = channel(address, root, null);
        Credential host = create(anonymous, secret + ".00", null);
        ManagedChannel asHost = channel(address, root, host);
        try {
            return create(asHost, "", identity.toString(), instance);
        } finally {
            anonymous.shutdownNow();
            asHost.shutdownNow();
        }
    }

    private static Metadata bearer(String token) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        return headers;
    }

    static X509Certificate parse(String pem) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String csr(KeyPair pair) throws Exception {
        byte[] der = new JcaPKCS10CertificationRequestBuilder(new X500Principal(""), pair.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
                .getEncoded();
        return "-----BEGIN CERTIFICATE REQUEST-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END CERTIFICATE REQUEST-----\n";
    }

    static final CallOptions DEADLINE = CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS);
}
