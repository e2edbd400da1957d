package dev.weft.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.adminapi.ControlPlaneInfo;
import dev.weft.adminapi.RecordJson;
import dev.weft.adminapi.ResourceList;
import dev.weft.adminapi.ServiceList;
import dev.weft.adminapi.TokenCreated;
import dev.weft.adminapi.TokenList;
import dev.weft.adminapi.VersionWait;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorApiTest {
    @TempDir
    static Path folder;

    private static ControlPlane plane;
    private static HttpProbe probe;

    @BeforeAll
    static void start() throws IOException {
        Path config = Files.createDirectory(folder.resolve("config"));
        Files.writeString(config.resolve("mesh.yaml"), """
                apiVersion: v1
                kind: Service
                metadata: {name: orders, namespace: shop}
                spec:
                  selector: {app: orders}
                  ports: [{name: http, port: 80, targetPort: 8080}]
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: canary, namespace: shop}
                spec:
                  parentRefs: [{group: "", kind: Service, name: orders}]
                  rules:
                  - backendRefs: [{name: nowhere, port: 80}]
                """);
        plane = ControlPlane.start(ControlPlaneConfig.ephemeral(config, folder.resolve("state")));
        probe = new HttpProbe(plane);
    }

    @AfterAll
    static void stop() throws IOException {
        plane.close();
    }

    @Test
    void nothingWithoutTheToken() throws Exception {
        for (String path : new String[] {"info", "proxies", "tokens", "graph", "resources", "nonsense"}) {
            assertThat(probe.send("GET", "/api/v1/" + path, "").statusCode()).isEqualTo(401);
            assertThat(probe.send("GET", "/api/v1/" + path, "", "Authorization", "Bearer guess")
                            .statusCode())
                    .isEqualTo(401);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("state/operator.token"))))
                .isEqualTo("rw-------");
    }

    @Test
    void theMeshIsTold() throws Exception {
        ControlPlaneInfo info = RecordJson.read(ControlPlaneInfo.class, probe.get("/api/v1/info"));
        assertThat(info.trustDomain()).isEqualTo("cluster.local");
        assertThat(info.services()).isEqualTo(1);
        assertThat(info.warnings()).hasSize(1);
        ServiceList services = RecordJson.read(ServiceList.class, probe.get("/api/v1/services?namespace=shop"));
        assertThat(services.services().getFirst().host()).isEqualTo("orders.shop.svc.cluster.local");
        assertThat(services.services().getFirst().vip()).startsWith("240.240.");
        ResourceList routes = RecordJson.read(ResourceList.class, probe.get("/api/v1/resources?kind=httproutes"));
        assertThat(routes.resources()).hasSize(1);
        assertThat(routes.resources().getFirst().origin()).contains("mesh.yaml:");
        assertThat(routes.resources().getFirst().conditions())
                .anySatisfy(c -> assertThat(c.type() + "=" + c.status()).isEqualTo("ResolvedRefs=False"));
        HttpResponse<String> mistyped = probe.send(
                "GET", "/api/v1/resources?kind=servces", "", "Authorization", "Bearer " + plane.operatorToken());
        assertThat(mistyped.statusCode()).isEqualTo(400);
        assertThat(mistyped.body()).contains("there is no kind 'servces'", "TrafficPolicy");
        assertThat(probe.get("/api/v1/diagnostics")).contains("nowhere");
        VersionWait live = RecordJson.read(VersionWait.class, probe.get("/api/v1/wait?timeout=1"));
        assertThat(live.live()).isTrue();
        assertThat(RecordJson.read(VersionWait.class, probe.get("/api/v1/wait?version=999"))
                        .live())
                .isFalse();
        assertThat(probe.get("/api/v1/graph")).contains("orders.shop");
    }

    @Test
    void tokensAreMadeListedAndRevoked() throws Exception {
        String auth = "Bearer " + plane.operatorToken();
        HttpResponse<String> made = probe.send(
                "POST", "/api/v1/tokens", "{\"identities\":[\"shop/*\"],\"ttlSeconds\":60}", "Authorization", auth);
        assertThat(made.statusCode()).isEqualTo(200);
        TokenCreated token = RecordJson.read(TokenCreated.class, made.body());
        assertThat(token.token()).endsWith("." + plane.issuer().authority().rootFingerprint());
        assertThat(probe.get("/api/v1/tokens")).doesNotContain(token.token().split("\\.")[0]);
        assertThat(probe.send("DELETE", "/api/v1/tokens/" + token.id(), "", "Authorization", auth)
                        .statusCode())
                .isEqualTo(204);
        assertThat(RecordJson.read(TokenList.class, probe.get("/api/v1/tokens")).tokens())
                .anySatisfy(t -> assertThat(t.id() + t.state()).isEqualTo(token.id() + "revoked"));
        for (String bad : new String[] {
            "{\"identities\":[]}", "{\"identities\":[\"shop\"]}", "{\"identities\":[\"a/b\"],\"ttlSeconds\":601}", "{"
        }) {
            assertThat(probe.send("POST", "/api/v1/tokens", bad, "Authorization", auth)
                            .statusCode())
                    .isEqualTo(400);
        }
        assertThat(Files.readString(folder.resolve("state/ca/audit.log"))).contains("token-created");
    }

    @Test
    void thePagesCookieReadsButChangesOnlyWithTheHeaderNoOtherPageCanSend() throws Exception {
        assertThat(probe.send("POST", "/api/v1/session", "{\"token\":\"guess\"}")
                        .statusCode())
                .isEqualTo(401);
        HttpResponse<String> login =
                probe.send("POST", "/api/v1/session", "{\"token\":\"" + plane.operatorToken() + "\"}");
        assertThat(login.statusCode()).isEqualTo(204);
        String set = login.headers().firstValue("set-cookie").orElseThrow();
        assertThat(set).contains("HttpOnly").contains("SameSite=Strict");
        String cookie = set.substring(0, set.indexOf(';'));
        assertThat(cookie).doesNotContain(plane.operatorToken());
        assertThat(probe.send("GET", "/api/v1/info", "", "Cookie", cookie).statusCode())
                .isEqualTo(200);
        String body = "{\"identities\":[\"shop/*\"]}";
        assertThat(probe.send("POST", "/api/v1/tokens", body, "Cookie", cookie).statusCode())
                .isEqualTo(403);
        assertThat(probe.send("POST", "/api/v1/tokens", body, "Cookie", cookie, "x-weft-csrf", "1")
                        .statusCode())
                .isEqualTo(200);
        assertThat(probe.send("GET", "/api/v1/info", "", "Cookie", cookie, "Origin", "http://evil.example")
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void anotherHostNameIsRefusedAndEveryAnswerForbidsForeignScripts() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", plane.operatorAddress().port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET /api/v1/info HTTP/1.1\r\nHost: rebound.example\r\nAuthorization: Bearer "
                                    + plane.operatorToken() + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            assertThat(in.readLine()).contains(" 421 ");
        }
        HttpResponse<String> page = probe.send("GET", "/", "");
        assertThat(page.headers().firstValue("content-security-policy").orElse(""))
                .startsWith("default-src 'self'");
        assertThat(page.headers().firstValue("x-frame-options")).isPresent();
    }

    @Test
    void whatCannotBeAskedIsSaid() throws Exception {
        String auth = "Bearer " + plane.operatorToken();
        assertThat(probe.send("GET", "/api/v1/proxies/no.body/stats", "", "Authorization", auth)
                        .statusCode())
                .isEqualTo(404);
        assertThat(probe.send("DELETE", "/api/v1/info", "", "Authorization", auth)
                        .statusCode())
                .isEqualTo(405);
        assertThat(probe.send("GET", "/api/v1/wait?version=x", "", "Authorization", auth)
                        .body())
                .contains("whole number");
    }
}
