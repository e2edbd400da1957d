package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.ProtoReader;
import dev.weft.base.ProtoWriter;
import dev.weft.testkit.PlainHttpConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real Envoy and Weft, started from the same bootstrap, hold sessions alike: routes × what requests bring. A session that
 * begins is looked at by its form, as its endpoint is chance.
 */
@Timeout(120)
class StatefulSessionDifferentialTest {
    private static final String PACKAGE = "type.googleapis.com/envoy.extensions.";
    private static final Pattern SET_COOKIE = Pattern.compile("set-cookie: (s=\")([^\"]*)(\".*)");
    private static final int NOBODY = 1; // a port at which no endpoint is

    @TempDir
    static Path folder;

    private static final List<HeadBackend> BACKENDS = new ArrayList<>();
    private static ProxyPair proxies;

    @BeforeAll
    static void startBoth() throws IOException {
        for (int i = 0; i < 3; i++) {
            BACKENDS.add(HeadBackend.start());
        }
        int[] ports = BACKENDS.stream().mapToInt(HeadBackend::port).toArray();
        String filter = "{\"name\": \"session\", \"typed_config\": " + filter(cookie("\"name\": \"s\""), false) + "}";
        String hosts = String.join(
                ",",
                host("plain", ""),
                host("off", "\"disabled\": true"),
                host("none", "\"stateful_session\": {}"),
                host("strict", session(cookie("\"name\": \"s\""), true)),
                host("ttl", session(cookie("\"name\": \"s\", \"ttl\": \"120s\", \"path\": \"/\""), false)),
                host("path", session(cookie("\"name\": \"s\", \"path\": \"/a\""), false)),
                host("folder", session(cookie("\"name\": \"s\", \"path\": \"/a/\""), false)),
                host("header", session(header(), false)),
                host("strict-header", session(header(), true)));
        proxies = ProxyPair.start(folder, ProxyPair.bootstrap(filter, hosts, ProxyPair.cluster("backend", ports)));
    }

    private static String cookie(String fields) {
        return state(
                "cookie",
                "\"@type\": \"" + PACKAGE + "http.stateful_session.cookie.v3.CookieBasedSessionState\", \"cookie\": {"
                        + fields + "}");
    }

    private static String header() {
        return state(
                "header",
                "\"@type\": \"" + PACKAGE
                        + "http.stateful_session.header.v3.HeaderBasedSessionState\", \"name\": \"X-Session\"");
    }

    private static String state(String kind, String config) {
        return "\"session_state\": {\"name\": \"envoy.http.stateful_session." + kind + "\", \"typed_config\": {"
                + config + "}}";
    }

    private static String filter(String state, boolean strict) {
        return "{\"@type\": \"" + PACKAGE + "filters.http.stateful_session.v3.StatefulSession\", " + state
                + ", \"strict\": " + strict + "}";
    }

    private static String session(String state, boolean strict) {
        return "\"stateful_session\": {" + state + ", \"strict\": " + strict + "}";
    }

    private static String host(String name, String ofRoute) {
        String own = ofRoute.isEmpty()
                ? ""
                : ", \"typed_per_filter_config\": {\"session\": {\"@type\": \"" + PACKAGE
                        + "filters.http.stateful_session.v3.StatefulSessionPerRoute\", " + ofRoute + "}}";
        return """
                {"name": "%1$s", "domains": ["%1$s"], "routes": [
                  {"match": {"path": "/own"}, "direct_response": {"status": 200}%2$s},
                  {"match": {"prefix": "/"}, "route": {"cluster": "backend"}%2$s}]}""".formatted(name, own);
    }

    @AfterAll
    static void stopBoth() throws Exception {
        proxies.close();
        BACKENDS.forEach(HeadBackend::close);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"plain", "off", "none", "strict", "ttl", "path", "folder", "header", "strict-header", "unknown"})
    void sessionsAreHeldAlike(String host) throws IOException {
        for (String path : List.of("/", "/own", "/a", "/a?b", "/ab", "/a/b")) {
            for (String field : fields()) {
                String request = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + field + "\r\n";
                assertThat(seen(proxies.weft.ask(request))).as(request).isEqualTo(seen(proxies.envoy.ask(request)));
            }
        }
    }

    /** What a client's next request brings keeps it at its endpoint, through either proxy. */
    @ParameterizedTest
    @ValueSource(strings = {"plain", "header"})
    void whoBeginsASessionStaysThere(String host) throws IOException {
        for (ProxyPair.Side first : List.of(proxies.envoy, proxies.weft)) {
            Set<String> endpoints = new HashSet<>();
            for (int i = 0; i < 20; i++) {
                String given = field(first.ask("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"));
                endpoints.add(given);
                for (ProxyPair.Side next : List.of(proxies.weft, proxies.envoy)) {
                    PlainHttpConnection.Answer answer =
                            next.ask("GET / HTTP/1.1\r\nHost: " + host + "\r\n" + given + "\r\n");
                    assertThat(answer.status()).isEqualTo(200);
                    assertThat(answer.headerLines()).noneMatch(line -> line.matches("(?i)(set-cookie|x-session):.*"));
                }
            }
            assertThat(endpoints).hasSize(BACKENDS.size());
        }
    }

    /** The header of a next request that says the same. */
    private static String field(PlainHttpConnection.Answer answer) {
        for (String line : answer.headerLines()) {
            Matcher matcher = SET_COOKIE.matcher(line);
            if (matcher.matches()) {
                return "Cookie: a=b; s=\"" + matcher.group(2) + "\"\r\n";
            }
            if (line.toLowerCase(Locale.ROOT).startsWith("x-session: ")) {
                return line + "\r\n";
            }
        }
        throw new AssertionError("no session began: " + answer.headerLines());
    }

    private static List<String> fields() {
        List<String> fields = new ArrayList<>(List.of("", "Cookie: t=1\r\n", "Cookie: s=\r\n", "Cookie: s=!!\r\n"));
        for (int port : new int[] {BACKENDS.get(1).port(), NOBODY}) {
            String address = "127.0.0.1:" + port;
            byte[] text = address.getBytes(StandardCharsets.US_ASCII);
            for (byte[] value : List.of(
                    text,
                    message(address, 0),
                    message(address, 1),
                    message(address, Integer.MAX_VALUE), // far away for a clock of the day and for an uptime
                    message("nonsense", 0),
                    message("", 0),
                    new byte[] {(byte) 0xFF, 1})) {
                String encoded = Base64.getEncoder().encodeToString(value);
                fields.add("Cookie: a=b; s=\"" + encoded + "\"; c=d\r\n");
                fields.add("Cookie: s=" + encoded + "\r\n");
                fields.add("X-Session: " + encoded + "\r\n");
            }
            String unpadded = Base64.getEncoder().withoutPadding().encodeToString(text);
            fields.add("X-Session: " + unpadded + "\r\n");
            fields.add("X-Session: " + address + "\r\n");
        }
        return fields;
    }

    private static byte[] message(String address, long expires) {
        return new ProtoWriter().string(1, address).varint(2, expires).toBytes();
    }

    /** Status and session; of one that may have begun anywhere only that it did. */
    private static List<String> seen(PlainHttpConnection.Answer answer) {
        List<String> seen = new ArrayList<>(List.of(Integer.toString(answer.status())));
        for (String line : answer.headerLines()) {
            Matcher cookie = SET_COOKIE.matcher(line);
            if (cookie.matches()) {
                seen.add(cookie.group(1) + ofABackend(Base64.getDecoder().decode(cookie.group(2))) + cookie.group(3));
            } else if (line.toLowerCase(Locale.ROOT).startsWith("x-session: ")) {
                seen.add("x-session" + isBackend(Base64.getDecoder().decode(line.substring(11))));
            }
        }
        return seen;
    }

    private static String ofABackend(byte[] message) {
        StringBuilder text = new StringBuilder();
        for (ProtoReader reader = new ProtoReader(message); reader.next(); ) {
            text.append(
                    reader.field() == 1
                            ? isBackend(reader.bytes())
                            : " " + reader.field() + "=" + (reader.number() > 0));
        }
        return text.toString();
    }

    private static String isBackend(byte[] address) {
        String text = new String(address, StandardCharsets.US_ASCII);
        boolean known = BACKENDS.stream().anyMatch(backend -> text.equals("127.0.0.1:" + backend.port()));
        return known ? " at a backend" : " at " + text;
    }
}
