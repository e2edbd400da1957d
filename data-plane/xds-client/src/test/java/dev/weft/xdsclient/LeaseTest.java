package dev.weft.xdsclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.Log;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LeaseTest {
    private static final String REGISTER = "weft.v1.Registry/Register";
    private static final String CREATE = "istio.v1.auth.IstioCertificateService/CreateCertificate";

    private final Log log = Log.to(new PrintStream(PrintStream.nullOutputStream()), Log.Level.DEBUG, "xds");
    private final ControlLoop control = new ControlLoop();
    private FakeGrpcServer server;

    @AfterEach
    void close() {
        server.close();
        control.close();
    }

    private Lease lease() throws Exception {
        server = new FakeGrpcServer(REGISTER);
        ControlPlane controlPlane = new ControlPlane(control.target(server.port()), new Random(1), log);
        controlPlane.start();
        Lease lease = new Lease(
                controlPlane, Map.of("name", "a-1", "ports", List.of(Map.of("port", 8080))), new Random(2), log);
        lease.start();
        return lease;
    }

    @Test
    void registersAndLeavesInOrder() throws Exception {
        Lease lease = lease();
        FakeGrpcServer.Call call = server.call();
        Map<String, Object> first = Structs.read(call.next());
        assertThat(first).containsEntry("name", "a-1").containsEntry("ports", List.of(Map.of("port", 8080.0)));
        call.send(Structs.write(Map.of("ok", true, "ttlSeconds", 15)));
        CompletableFuture<Void> left = lease.leave();
        assertThat(Structs.read(call.next())).containsEntry("leave", true);
        assertThat(call.end()).isEqualTo("half-closed");
        assertThat(left).isNotDone();
        call.finish(Status.OK);
        left.get(10, TimeUnit.SECONDS);
    }

    @Test
    void renewsEveryFiveSeconds() throws Exception {
        lease();
        FakeGrpcServer.Call call = server.call();
        call.next();
        call.send(Structs.write(Map.of("ok", true)));
        long start = System.nanoTime();
        assertThat(Structs.read(call.next())).containsEntry("renew", true);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(7));
    }

    @Test
    void saysAtOnceWhetherItIsReadyAndAgainAfterALoss() throws Exception {
        Lease lease = lease();
        FakeGrpcServer.Call call = server.call();
        assertThat(Structs.read(call.next())).doesNotContainKey("ready");
        call.send(Structs.write(Map.of("ok", true)));
        lease.ready(false, "status 503");
        assertThat(Structs.read(call.next()))
                .containsEntry("renew", true)
                .containsEntry("ready", false)
                .containsEntry("reason", "status 503");
        call.finish(Status.UNAVAILABLE);
        FakeGrpcServer.Call again = server.call();
        assertThat(Structs.read(again.next())).containsEntry("name", "a-1").containsEntry("ready", false);
        again.send(Structs.write(Map.of("ok", true)));
        lease.ready(true, "status 200");
        assertThat(Structs.read(again.next())).containsEntry("renew", true).containsEntry("ready", true);
    }

    @Test
    void registersAgainAfterALoss() throws Exception {
        Lease lease = lease();
        FakeGrpcServer.Call call = server.call();
        call.next();
        call.send(Structs.write(Map.of("ok", true)));
        call.finish(Status.UNAVAILABLE);
        FakeGrpcServer.Call again = server.call();
        assertThat(Structs.read(again.next())).containsEntry("name", "a-1");
        again.send(Structs.write(Map.of("ok", true)));
        assertThat(lease.leave()).isNotDone();
        assertThat(Structs.read(again.next())).containsEntry("leave", true);
    }

    @Test
    void certificateCallCarriesRequestAndReturnsChain() throws Exception {
        server = new FakeGrpcServer(CREATE);
        CompletableFuture<List<String>> result = CertificateCall.create(
                control.target(server.port()),
                "CSR",
                Duration.ofHours(24),
                Map.of("weft.identity", "spiffe://cluster.local/ns/a/sa/b"),
                Map.of("authorization", "Bearer x"),
                Duration.ofSeconds(5));
        FakeGrpcServer.Call call = server.call();
        assertThat(call.metadata.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER)))
                .isEqualTo("Bearer x");
        dev.weft.xdsapi.IstioCertificateRequest request =
                dev.weft.xdsapi.IstioCertificateRequest.parseFrom(call.next());
        assertThat(request.getCsr()).isEqualTo("CSR");
        assertThat(request.getValidityDuration()).isEqualTo(86_400);
        assertThat(request.getMetadata().getFieldsOrThrow("weft.identity").getStringValue())
                .isEqualTo("spiffe://cluster.local/ns/a/sa/b");
        call.send(dev.weft.xdsapi.IstioCertificateResponse.newBuilder()
                .addCertChain("leaf")
                .addCertChain("root")
                .build()
                .toByteArray());
        call.finish(Status.OK);
        assertThat(result.get(10, TimeUnit.SECONDS)).containsExactly("leaf", "root");
    }

    @Test
    void refusedCertificateSaysWhy() throws Exception {
        server = new FakeGrpcServer(CREATE);
        CompletableFuture<List<String>> result = CertificateCall.create(
                control.target(server.port()), "CSR", Duration.ofHours(1), Map.of(), Map.of(), Duration.ofSeconds(5));
        server.call().finish(Status.PERMISSION_DENIED.withDescription("token used before"));
        assertThatThrownBy(() -> result.get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(CertificateCall.RefusedException.class)
                .hasMessage("PERMISSION_DENIED: token used before");
    }
}
