package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.adminapi.CertificateStatus;
import dev.weft.adminapi.ControlPlaneInfo;
import dev.weft.adminapi.ProxyList;
import dev.weft.adminapi.ProxyStatus;
import dev.weft.adminapi.SyncState;
import dev.weft.adminapi.TokenCreated;
import dev.weft.adminapi.TypeSync;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands against a control plane of canned answers: what is printed, and the exit code. */
final class CommandsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path folder;

    @SuppressWarnings("NullAway.Init") // set before each
    private FakeOperator operator;

    @BeforeEach
    void start() throws IOException {
        Files.writeString(folder.resolve("token"), "secret\n");
        operator = new FakeOperator()
                .answer(
                        "GET /api/v1/info",
                        new ControlPlaneInfo(
                                "1.2.0",
                                "cluster.local",
                                "",
                                "2026-01-01T00:00:00Z",
                                7,
                                "",
                                "",
                                false,
                                2,
                                3,
                                2,
                                "mesh",
                                List.of("plaintext xDS is on")))
                .answer(
                        "GET /api/v1/proxies",
                        new ProxyList(
                                7,
                                List.of(
                                        proxy("cart-1.shop", "cart", SyncState.SYNCED, 7, List.of(), "1.2.0", false),
                                        proxy(
                                                "pay-1.shop",
                                                "payments",
                                                SyncState.REJECTED,
                                                6,
                                                List.of(new TypeSync(
                                                        "RDS",
                                                        SyncState.REJECTED,
                                                        1,
                                                        7,
                                                        6,
                                                        "routes[80]: weight must be positive",
                                                        List.of("80"))),
                                                "1.1.0",
                                                true))));
    }

    @AfterEach
    void stop() {
        operator.close();
    }

    private static ProxyStatus proxy(
            String id,
            String service,
            SyncState state,
            long version,
            List<TypeSync> sync,
            String program,
            boolean skew) {
        @Nullable CertificateStatus certificate = new CertificateStatus("1", "", "", 600, 85_800);
        return new ProxyStatus(
                id,
                id.substring(0, id.indexOf('.')),
                "shop",
                service,
                "spiffe://cluster.local/ns/shop/sa/" + service,
                "10.0.0.9",
                "REDIRECT",
                true,
                "",
                "",
                program,
                skew,
                "delta",
                state,
                version,
                sync,
                certificate);
    }

    private record Ran(int status, String out, String err) {}

    private Ran weft(String... arguments) {
        List<String> line = new ArrayList<>(List.of(arguments));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), line.toArray(String[]::new));
        return new Ran(status, out.toString(), err.toString());
    }

    private Ran asked(String... arguments) {
        List<String> line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of(
                "--api", operator.url(), "--token-file", folder.resolve("token").toString()));
        return weft(line.toArray(String[]::new));
    }

    @Test
    void statusIsATableForPeople() {
        Ran ran = asked("status");
        assertThat(ran.status()).isZero();
        assertThat(ran.out()).isEqualTo("""
                        Control plane 1.2.0, trust domain cluster.local, configuration 7, 3 services, 2 workloads
                        warning: plaintext xDS is on

                        PROXY        SERVICE   STATE     CONFIG        CERTIFICATE        VERSION       IDENTITY
                        cart-1.shop  cart      synced    7             10m old, 23h left  1.2.0         spiffe://cluster.local/ns/shop/sa/cart
                        pay-1.shop   payments  rejected  6 (1 behind)  10m old, 23h left  1.1.0 (skew)  spiffe://cluster.local/ns/shop/sa/payments

                        pay-1.shop rejected RDS 80
                          routes[80]: weight must be positive
                        """);
    }

    @Test
    void statusAsJsonHasTheMembersOfTheApi() {
        assertThat(asked("status", "-o", "json").out()).contains("\"configVersion\": 7", "\"state\": \"rejected\"");
        assertThat(asked("status", "-o", "yaml").out())
                .contains(
                        "configVersion: 7\n",
                        "- id: cart-1.shop\n",
                        "  identity: spiffe://cluster.local/ns/shop/sa/cart\n");
    }

    @Test
    void aProxyIsFoundByTheBeginningOfItsName() {
        operator.answerText("GET /api/v1/proxies/cart-1.shop/clusters?format=json", "{\"cluster_statuses\":[]}");
        Ran ran = asked("proxy-config", "clusters", "cart", "-o", "json");
        assertThat(ran.status()).isZero();
        assertThat(ran.out()).contains("\"cluster_statuses\": []");
        assertThat(asked("proxy-config", "clusters", "nobody").err())
                .contains("no proxy 'nobody'", "cart-1.shop, pay-1.shop");
    }

    @Test
    void whatAProxyRunsWithIsATableForPeople() {
        String proxy = "GET /api/v1/proxies/cart-1.shop/";
        operator.answerText(proxy + "listeners", "http_proxy::127.77.0.1:15001\nv6::[::1]:80\n")
                .answerText(proxy + "clusters", """
                        outbound|80||pay.shop::observability_name::outbound|80||pay.shop
                        outbound|80||pay.shop::10.0.0.1:8080::rq_active::2
                        outbound|80||pay.shop::10.0.0.1:8080::hostname::
                        outbound|80||pay.shop::10.0.0.1:8080::health_flags::healthy
                        outbound|80||pay.shop::10.0.0.1:8080::tls::true
                        outbound|80||pay.shop::10.0.0.1:8080::identity::spiffe://td/ns/shop/sa/pay
                        outbound|80||pay.shop::[::2]:8080::health_flags::/failed_eds_health
                        outbound|80||pay.shop::[::2]:8080::tls::true
                        blackhole::added_via_api::false
                        """)
                .answerText(proxy + "routes", """
                        {"configs": [{"route_config": {"name": "80", "virtual_hosts": [{"name": "pay",
                          "domains": ["pay", "pay:80", "pay.shop", "240.1.2.3"], "routes": [
                          {"match": {"prefix": "/", "headers": [{"name": "x-user", "string_match": {"exact": "me"}}]},
                           "route": {"weighted_clusters": {"clusters": [
                             {"name": "pay-v1", "weight": 20}, {"name": "pay-v2", "weight": 80}]}}},
                          {"match": {"path": "/x"}, "route": {"cluster": "pay-v1"}},
                          {"match": {"safe_regex": {"regex": "/a+"}}, "direct_response": {"status": 500}}]}]}}]}
                        """)
                .answerText(proxy + "endpoints", """
                        {"configs": [{"endpoint_config": {"cluster_name": "pay-v1", "endpoints": [{"lb_endpoints": [
                          {"endpoint": {"address": {"socket_address": {"address": "10.0.0.1", "port_value": 8080}}},
                           "load_balancing_weight": 1}]}]}}]}
                        """)
                .answerText(proxy + "certs", """
                        {"certificates": [{"ca_cert": [], "cert_chain": [{"path": "default", "serial_number": "4f",
                          "subject_alt_names": [{"uri": "spiffe://td/ns/shop/sa/cart"}], "days_until_expiration": "0",
                          "expiration_time": "2026-01-02T00:00:00Z"}]}]}
                        """);
        assertThat(asked("proxy-config", "listeners", "cart").out()).isEqualTo("""
                        LISTENER    ADDRESS
                        http_proxy  127.77.0.1:15001
                        v6          [::1]:80
                        """);
        assertThat(asked("proxy-config", "clusters", "cart").out()).isEqualTo("""
                        CLUSTER                HEALTHY  MTLS  REQUESTS  IDENTITY
                        outbound|80||pay.shop  1/2      yes   2         spiffe://td/ns/shop/sa/pay
                        blackhole              0/0      -     0         -
                        """);
        assertThat(asked("proxy-config", "routes", "cart").out()).isEqualTo("""
                        ROUTES  HOST      MATCH         TO
                        80      pay.shop  /* x-user=me  20 pay-v1, 80 pay-v2
                        80      pay.shop  = /x          pay-v1
                        80      pay.shop  ~ /a+         answers 500
                        """);
        assertThat(asked("proxy-config", "endpoints", "cart").out()).isEqualTo("""
                        CLUSTER  ADDRESS        HEALTH   WEIGHT  ZONE
                        pay-v1   10.0.0.1:8080  healthy  1       -
                        """);
        assertThat(asked("proxy-config", "certs", "cart").out()).isEqualTo("""
                        NAME     USE  IDENTITY                     VALID UNTIL           DAYS  SERIAL
                        default  own  spiffe://td/ns/shop/sa/cart  2026-01-02T00:00:00Z  0     4f
                        """);
        assertThat(asked("proxy-config", "certs", "cart", "-o", "json").out()).contains("\"serial_number\": \"4f\"");
    }

    @Test
    void whatIsCheckedCanBeReadByPrograms() {
        String none = folder.resolve("none").toString();
        String json = weft("check", "--credential", none, "-o", "json").out();
        assertThat(json).startsWith("{").contains("\"ready\": ", "\"name\": \"JDK\"", "\"grade\": \"ok\"");
        Ran yaml = weft("check", "--credential", none, "-o", "yaml");
        assertThat(yaml.out()).startsWith("ready: ").contains("- name: JDK\n", "  grade: ok\n");
        assertThat(yaml.err()).isEmpty();
    }

    @Test
    void aTokenIsPrintedAloneSoThatItCanBeCopied() {
        operator.answer("POST /api/v1/tokens", new TokenCreated("4f", "s3cret.abc", "vm-1", "2026-01-01T00:10:00Z"));
        Ran ran = asked("token", "create", "--host", "vm-1", "--identity", "shop/orders");
        assertThat(ran.out()).isEqualTo("s3cret.abc\n");
        assertThat(ran.err()).contains("weft join --control-plane");
    }

    @Test
    void refusalsSayWhatToDo() throws IOException {
        Files.writeString(folder.resolve("token"), "wrong");
        Ran refused = asked("status");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains("does not accept the token", "--token-file");
        Ran nobody = weft(
                "status",
                "--api",
                "http://127.0.0.1:1",
                "--token-file",
                folder.resolve("token").toString());
        assertThat(nobody.status()).isEqualTo(1);
        assertThat(nobody.err()).contains("no control plane answers", "weft control-plane --config DIR");
        assertThat(asked("get", "services").status()).isEqualTo(1);
    }

    /** The launcher looks below $HOME, whatever the system knows of the user. */
    @Test
    void theHomeFolderIsTheShells() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "status");
        builder.environment().put("HOME", folder.toString());
        builder.environment().remove("WEFT_TOKEN_FILE");
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(output)
                .contains("cannot read the operator token in " + folder + "/.weft/control-plane/operator.token");
    }

    @Test
    void aMistypedCommandGetsASuggestion() {
        Ran ran = weft("statsu");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("statsu", "status", "Try 'weft --help'");
    }

    @Test
    void analyzeReportsEverythingAtOnceWithExitCode3() throws IOException {
        Path mesh = Files.createDirectory(folder.resolve("mesh"));
        Files.writeString(mesh.resolve("a.yaml"), """
                apiVersion: v1
                kind: Service
                metadata: {name: a, namespace: shop}
                spec:
                  ports: [{name: http, port: 80, targetProt: 8080}]
                ---
                apiVersion: weft.dev/v1
                kind: Mesh
                metadata: {name: mesh}
                spec: {mtls: SOMETIMES}
                """);
        Ran ran = weft("analyze", mesh.toString());
        assertThat(ran.status()).isEqualTo(3);
        assertThat(ran.out()).contains("a.yaml:5", "targetProt", "a.yaml:10", "SOMETIMES");
        Files.writeString(
                mesh.resolve("a.yaml"),
                "apiVersion: weft.dev/v1\nkind: Mesh\nmetadata: {name: mesh}\nspec: {mtls: STRICT}\n");
        Ran good = weft("analyze", mesh.toString());
        assertThat(good.out()).contains("No findings");
        assertThat(good.status()).isZero();
        assertThat(weft("analyze", folder.resolve("none").toString()).status()).isEqualTo(2);
    }

    @Test
    void istiosDocumentsArePrintedAsOurs() throws IOException {
        String rule =
                "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: a, namespace: shop}\n"
                        + "spec: {host: a, subsets: [{name: v1, labels: {version: v1}}]%s}\n";
        Path good = Files.writeString(folder.resolve("good.yaml"), rule.formatted(""));
        Path bad = Files.writeString(folder.resolve("bad.yaml"), rule.formatted(", workloadSelector: {}"));
        Ran ran = weft("import", "istio", good.toString());
        assertThat(ran.out()).startsWith("# from " + good + ":1\n").contains("kind: Subset", "name: a.v1");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.status()).isZero();
        Ran both = weft("import", "istio", bad.toString(), good.toString());
        assertThat(both.out()).isEqualTo(ran.out());
        assertThat(both.err()).contains("bad.yaml:4", "unsupported-field", "spec.workloadSelector");
        assertThat(both.status()).isEqualTo(3);
        assertThat(weft("import", "istio", "none.yaml").status()).isEqualTo(2);
        assertThat(weft("import", "istio").status()).isEqualTo(2);
    }

    @Test
    void joiningWhereNobodyListensSaysSo() {
        String token = "x".repeat(43) + "." + "0".repeat(64);
        String credential = folder.resolve("host").toString();
        Ran ran = weft("join", "--control-plane", "127.0.0.1:1", "--token", token, "--credential", credential);
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains("no answer from 127.0.0.1:1: ").doesNotContain("Exception");
    }

    @Test
    void joinRefusesWhatIsNoToken() {
        Ran ran = weft("join", "--control-plane", "127.0.0.1:1", "--token", "abc");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("not a join token").doesNotContain("abc");
    }

    @Test
    void everyCommandHasHelpWithExamples() {
        for (String command : List.of("status", "proxy-config", "get", "analyze", "token", "join", "check")) {
            Ran ran = weft(command, "--help");
            assertThat(ran.status()).as(command).isZero();
            assertThat(ran.out()).as(command).contains("Examples:");
        }
        assertThat(weft().out())
                .contains("demo", "control-plane", "status")
                .as("no line is broken")
                .contains("undo.\n")
                .doesNotContainPattern("(?m)^(verify|undo)");
    }
}
