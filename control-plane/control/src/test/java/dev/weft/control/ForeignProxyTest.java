package dev.weft.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.ca.IdentityPattern;
import dev.weft.xdsserver.TypeUrls;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state-of-the-world client on the plaintext port, as a foreign proxy is one. */
class ForeignProxyTest {
    @TempDir
    Path folder;

    private final BlockingQueue<DiscoveryResponse> responses = new LinkedBlockingQueue<>();

    private DiscoveryResponse next(StreamObserver<DiscoveryRequest> out, List<String> names) throws Exception {
        DiscoveryResponse response = responses.poll(10, TimeUnit.SECONDS);
        assertThat(response).as("a response within 10 s").isNotNull();
        out.onNext(DiscoveryRequest.newBuilder()
                .setTypeUrl(response.getTypeUrl())
                .setVersionInfo(response.getVersionInfo())
                .setResponseNonce(response.getNonce())
                .addAllResourceNames(names)
                .build());
        return response;
    }

    private Map<String, Secret> secrets(ControlPlane plane, String account) throws Exception {
        responses.clear();
        ManagedChannel channel = TestClient.plaintext(plane.plaintextXdsAddress());
        try {
            StreamObserver<DiscoveryRequest> out = AggregatedDiscoveryServiceGrpc.newStub(channel)
                    .streamAggregatedResources(new StreamObserver<>() {
                        @Override
                        public void onNext(DiscoveryResponse response) {
                            responses.add(response);
                        }

                        @Override
                        public void onError(Throwable problem) {}

                        @Override
                        public void onCompleted() {}
                    });
            Node node = Node.newBuilder()
                    .setId("sidecar~127.0.0.1~web-1.shop~shop.svc.cluster.local")
                    .setCluster("web.shop")
                    .setMetadata(Struct.newBuilder()
                            .putFields(
                                    "SERVICE_ACCOUNT",
                                    Value.newBuilder().setStringValue(account).build()))
                    .build();
            out.onNext(DiscoveryRequest.newBuilder()
                    .setNode(node)
                    .setTypeUrl(TypeUrls.CLUSTER)
                    .build());
            DiscoveryResponse clusters = next(out, List.of());
            assertThat(clusters.getTypeUrl()).isEqualTo(TypeUrls.CLUSTER);
            assertThat(clusters.getResourcesList())
                    .allMatch(any -> any.getTypeUrl().equals(TypeUrls.CLUSTER));
            List<String> names = List.of("default", "ROOTCA");
            out.onNext(DiscoveryRequest.newBuilder()
                    .setTypeUrl(TypeUrls.SECRET)
                    .addAllResourceNames(names)
                    .build());
            Map<String, Secret> secrets = new HashMap<>();
            for (var any : next(out, names).getResourcesList()) {
                Secret secret = any.unpack(Secret.class);
                secrets.put(secret.getName(), secret);
            }
            return secrets;
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void rootsAreForEverybodyAndKeysOnlyForIdentitiesTheOperatorNamed() throws Exception {
        Path config = Files.createDirectory(folder.resolve("config"));
        Files.writeString(config.resolve("mesh.yaml"), """
                apiVersion: v1
                kind: Service
                metadata: {name: web, namespace: shop}
                spec: {ports: [{name: http, port: 80, targetPort: 8080}]}
                """);
        try (ControlPlane plane = ControlPlane.start(ControlPlaneConfig.ephemeral(config, folder.resolve("state"))
                .withForeignIdentities(List.of(IdentityPattern.parse("shop/web"))))) {
            Map<String, Secret> named = secrets(plane, "web");
            assertThat(named).containsOnlyKeys("ROOTCA", "default");
            assertThat(named.get("ROOTCA")
                            .getValidationContext()
                            .getTrustedCa()
                            .getInlineBytes()
                            .toStringUtf8())
                    .isEqualTo(Files.readString(folder.resolve("state/ca/root.pem")));
            String chain = named.get("default")
                    .getTlsCertificate()
                    .getCertificateChain()
                    .getInlineBytes()
                    .toString(StandardCharsets.US_ASCII);
            assertThat(dev.weft.ca.Spiffe.identity(TestClient.parse(chain)))
                    .hasToString("spiffe://cluster.local/ns/shop/sa/web");
            assertThat(secrets(plane, "admin")).containsOnlyKeys("ROOTCA");
        }
    }
}
