package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testkit.FreePorts;
import dev.weft.testkit.Peers;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERT61String;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.DERUniversalString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Envoy and Weft, started from the same bootstrap, tell the upstream the same of a client's certificate and of what the
 * client says in {@code x-forwarded-client-cert} itself.
 */
class ClientCertDifferentialTest {
    /** Modes, and what is asked for besides; each a listener. */
    private static final List<String> ACTIONS =
            List.of("SANITIZE", "FORWARD_ONLY", "APPEND_FORWARD", "SANITIZE_SET", "ALWAYS_FORWARD_ONLY");

    private static final List<String> DETAILS = List.of(
            "{}",
            "{\"subject\": true}",
            "{\"cert\": true}",
            "{\"chain\": true}",
            "{\"uri\": true, \"dns\": true}",
            "{\"dns\": true, \"uri\": true, \"subject\": true, \"chain\": true, \"cert\": true}");

    private static final List<String> SENT = List.of(
            "",
            "X-Forwarded-Client-Cert: By=me;Hash=1\r\n",
            "x-forwarded-client-cert: a\r\nx-forwarded-client-cert: b,c\r\n",
            "x-forwarded-client-cert:\r\n",
            "x-forwarded-client-cert:\r\nx-forwarded-client-cert: b\r\n");

    private static final ASN1ObjectIdentifier X520 = new ASN1ObjectIdentifier("2.5.4");
    private static final Deque<AutoCloseable> TO_CLOSE = new ArrayDeque<>();
    private static final TestPki PKI = TestPki.create();
    private static final Map<String, Integer> ENVOY = new LinkedHashMap<>();
    private static final Map<String, Integer> WEFT = new LinkedHashMap<>();

    @TempDir
    static Path folder;

    @BeforeAll
    static void startBoth() throws IOException {
        Deque<Integer> ports = FreePorts.next(2 * ACTIONS.size() * DETAILS.size());
        for (String action : ACTIONS) {
            for (String details : DETAILS) {
                ENVOY.put(action + " " + details, ports.pop());
                WEFT.put(action + " " + details, ports.pop());
            }
        }
        HeadBackend backend = HeadBackend.start();
        TO_CLOSE.push(backend);
        RunningProcess envoy = RunningProcess.start(
                "envoy",
                Peers.require("envoy"),
                "-c",
                bootstrap("envoy", ENVOY, backend.port()).toString(),
                "--disable-hot-restart",
                "--log-level",
                "error");
        TO_CLOSE.push(envoy);
        RunningProcess weft = WeftProcess.proxy(bootstrap("weft", WEFT, backend.port()));
        TO_CLOSE.push(weft);
        for (Integer port : ENVOY.values()) {
            RunningProcess unused = envoy.awaitPort("127.0.0.1", port, Duration.ofSeconds(20));
        }
        for (Integer port : WEFT.values()) {
            RunningProcess unused = weft.awaitPort("127.0.0.1", port, Duration.ofSeconds(20));
        }
    }

    @AfterAll
    static void stopBoth() throws Exception {
        while (!TO_CLOSE.isEmpty()) {
            TO_CLOSE.pop().close();
        }
    }

    @TestFactory
    Stream<DynamicTest> everyModeTellsTheSame() {
        X500Name subject = new X500Name("C=US,ST=CA,L=San Francisco,O=Weft,OU=Shop,CN=Test Client");
        List<String> names = List.of("URI:spiffe://a.test/one", "URI:https://two.test/x", "DNS:a.test", "DNS:*.b.test");
        SSLContext whole = PKI.client(subject, names);
        SSLContext bare = PKI.client(subject, List.of());
        SSLContext none = PKI.client();
        return ENVOY.keySet().stream()
                .map(way -> DynamicTest.dynamicTest(way, () -> {
                    for (SSLContext context : List.of(whole, bare, none)) {
                        List<List<String>> weft = told(WEFT.get(way), context, SENT, begun -> {});
                        assertThat(weft).isEqualTo(told(ENVOY.get(way), context, SENT, begun -> {}));
                    }
                }));
    }

    /** The second connection resumes the first one's session, in which the client shows nothing. */
    @TestFactory
    Stream<DynamicTest> aResumedSessionTellsTheSame() {
        String way = "SANITIZE_SET " + DETAILS.getLast();
        return Stream.of(ENVOY, WEFT)
                .map(ports -> DynamicTest.dynamicTest(ports == ENVOY ? "Envoy" : "Weft", () -> {
                    SSLContext context = PKI.client(new X500Name("CN=again"), List.of("DNS:a.test"));
                    List<Long> begun = new ArrayList<>();
                    List<String> first = told(ports.get(way), context, begun::add);
                    assertThat(first).singleElement().asString().contains("Chain=\"-----BEGIN%20CERTIFICATE-----%0A");
                    assertThat(told(ports.get(way), context, begun::add)).isEqualTo(first);
                    assertThat(begun.get(1)).as("it was resumed").isEqualTo(begun.get(0));
                }));
    }

    @TestFactory
    Stream<DynamicTest> everySubjectIsWrittenAlike() {
        String way = "SANITIZE_SET {\"subject\": true}";
        return subjects().entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> {
                    // RFC 5280 §4.1.2.6: without a subject there must be other names.
                    SSLContext context = PKI.client(each.getValue(), List.of("DNS:a.test"));
                    assertThat(told(WEFT.get(way), context)).isEqualTo(told(ENVOY.get(way), context));
                }));
    }

    private static Map<String, X500Name> subjects() {
        Map<String, X500Name> subjects = new LinkedHashMap<>();
        subjects.put("empty", new X500Name(""));
        subjects.put("many attributes", new X500Name("DC=test,DC=example,O=Weft,UID=1,CN=a"));
        for (int last = 3; last <= 73; last++) {
            // 1, 2, 55 to 64 and so on are nobody's: they must be written as numbers.
            subjects.put("2.5.4." + last, name(X520.branch(Integer.toString(last)), new DERUTF8String("x")));
        }
        for (String other : List.of(
                "1.2.840.113549.1.9.1",
                "1.2.840.113549.1.9.2",
                "1.2.840.113549.1.9.7",
                "1.2.840.113549.1.9.8",
                "0.9.2342.19200300.100.1.1",
                "0.9.2342.19200300.100.1.3",
                "0.9.2342.19200300.100.1.25",
                "1.3.6.1.4.1.99999.1.300",
                "2.999.5")) {
            subjects.put(other, name(new ASN1ObjectIdentifier(other), new DERUTF8String("ab")));
        }
        X500NameBuilder several = new X500NameBuilder();
        several.addRDN(BCStyle.O, "Widget Inc.");
        several.addMultiValuedRDN(
                new ASN1ObjectIdentifier[] {BCStyle.OU, BCStyle.CN}, new String[] {"Sales", "J. Smith"});
        subjects.put("several values", several.build());
        for (String text : List.of(
                "",
                " ",
                "  a b  ",
                "#a#",
                "a,b+c\"d\\e<f>g;h=i",
                "J\u00fcrgen",
                "\u65e5\u672c",
                "\ud83d\ude00",
                "a\r\nb\u007f\t",
                "/C=US/CN=x",
                "\"",
                "%20")) {
            subjects.put("text '" + text + "'", name(BCStyle.CN, new DERUTF8String(text)));
        }
        subjects.put("printable", name(BCStyle.CN, new DERPrintableString("a b")));
        subjects.put("IA5", name(BCStyle.E, new DERIA5String("a@b.test")));
        subjects.put("T61", name(BCStyle.CN, new DERT61String("\u00e9a")));
        subjects.put("BMP", name(BCStyle.CN, new DERBMPString("\u20aca,")));
        subjects.put("universal", name(BCStyle.CN, new DERUniversalString(new byte[] {0, 1, (byte) 0xf6, 0})));
        subjects.put("bits", name(X520.branch("45"), new DERBitString(new byte[] {(byte) 0xfe})));
        subjects.put("octets", name(BCStyle.CN, new DEROctetString(new byte[] {1, (byte) 0xab})));
        return subjects;
    }

    private static X500Name name(ASN1ObjectIdentifier type, ASN1Encodable value) {
        return new X500NameBuilder().addRDN(type, value).build();
    }

    /** The lines of x-forwarded-client-cert that the upstream was sent, as one. */
    private static List<String> told(int port, SSLContext context) throws IOException {
        return told(port, context, begun -> {});
    }

    private static List<String> told(int port, SSLContext context, Consumer<Long> session) throws IOException {
        return told(port, context, List.of(""), session).getFirst();
    }

    /** The same for several requests of one connection, each with other headers. */
    private static List<List<String>> told(int port, SSLContext context, List<String> headers, Consumer<Long> session)
            throws IOException {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < headers.size(); i++) {
            String last = i < headers.size() - 1 ? "" : "Connection: close\r\n";
            requests.append("GET / HTTP/1.1\r\nHost: a.test\r\n" + last + headers.get(i) + "\r\n");
        }
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(5_000);
            socket.setTcpNoDelay(true); // else the request waits for a delayed ACK of the handshake's end
            socket.getOutputStream().write(requests.toString().getBytes(StandardCharsets.ISO_8859_1));
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            session.accept(socket.getSession().getCreationTime());
            List<List<String>> told = Stream.of(answers.split("(?=HTTP/1.1 \\d{3} )"))
                    .map(ClientCertDifferentialTest::told)
                    .toList();
            assertThat(told).hasSameSizeAs(headers);
            return told;
        }
    }

    private static List<String> told(String answer) {
        assertThat(answer).startsWith("HTTP/1.1 200 ");
        List<String> lines = answer.lines()
                .filter(line -> line.regionMatches(true, 0, "x-forwarded-client-cert:", 0, 24))
                .map(line -> line.substring(24).strip())
                .toList();
        return lines.isEmpty()
                ? List.of()
                : List.of(String.join(
                        ",", lines.stream().filter(line -> !line.isEmpty()).toList()));
    }

    private static Path bootstrap(String proxy, Map<String, Integer> ports, int backend) throws IOException {
        List<String> listeners = new ArrayList<>();
        ports.forEach((way, port) -> listeners.add("""
                {"name": "%d",
                 "address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}},
                 "filter_chains": [{
                  "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": {
                   "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
                   "common_tls_context": {
                    "tls_certificates": [{"certificate_chain": {"filename": "%s"}, "private_key": {"filename": "%s"}}],
                    "validation_context": {"trusted_ca": {"filename": "%s"}}}}},
                  "filters": [{
                   "name": "envoy.filters.network.http_connection_manager",
                   "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                    "stat_prefix": "http",
                    "forward_client_cert_details": "%s",
                    "set_current_client_cert_details": %s,
                    "http_filters": [{
                     "name": "envoy.filters.http.router",
                     "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}],
                    "route_config": {"name": "r", "virtual_hosts": [
                     {"name": "v", "domains": ["*"], "routes": [
                      {"match": {"prefix": "/"}, "route": {"cluster": "backend"}}]}]}}}]}]}
                """.formatted(
                        port,
                        port,
                        PKI.certificate(folder),
                        PKI.key(folder),
                        PKI.root(folder),
                        way.substring(0, way.indexOf(' ')),
                        way.substring(way.indexOf(' ') + 1))));
        return Files.writeString(folder.resolve(proxy + ".json"), """
                {"node": {"id": "certs", "cluster": "certs"}, "static_resources": {
                 "clusters": [{"name": "backend", "type": "STATIC", "load_assignment": {"cluster_name": "backend",
                  "endpoints": [{"lb_endpoints": [{"endpoint": {"address": {"socket_address":
                   {"address": "127.0.0.1", "port_value": %d}}}}]}]}}],
                 "listeners": [%s]}}
                """.formatted(backend, String.join(",", listeners)));
    }
}
