package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Cidr;
import dev.weft.base.IpLiteral;
import dev.weft.net.MachineAddress;
import dev.weft.xdsmodel.AccessLog;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.HttpConnectionManager.Forwarding;
import dev.weft.xdsmodel.HttpConnectionManager.RequestIds;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who the client is, and what the upstream hears of it; one rule at a time. Envoy's own: ForwardedHeadersDifferentialTest. */
@Timeout(30)
class EngineForwardedHeadersTest {
    private static final String MADE_ID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

    @TempDir
    Path folder;

    private static Forwarding forwarding(boolean edge, int hops, boolean skip, String... internal) {
        Forwarding f = Forwarding.DEFAULT;
        return new Forwarding(
                edge,
                hops,
                skip,
                List.of(internal).stream().map(Cidr::parse).toList(),
                f.appendXForwardedPort(),
                f.via(),
                f.forwardClientCertDetails(),
                f.setCurrentClientCertDetails());
    }

    private static Forwarding saying(Forwarding f, boolean port, String via) {
        return new Forwarding(
                f.useRemoteAddress(),
                f.xffNumTrustedHops(),
                f.skipXffAppend(),
                f.internalAddresses(),
                port,
                via,
                f.forwardClientCertDetails(),
                f.setCurrentClientCertDetails());
    }

    private HttpConnectionManager manager(Forwarding forwarding, RequestIds ids, RouteConfiguration routes) {
        HttpConnectionManager m = HttpConnectionManager.of("test", new RouteSource.Inline(routes));
        AccessLog log = new AccessLog(
                new AccessLog.Destination.File(folder.resolve("log").toString()),
                new AccessLog.Format.Text("%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_REMOTE_ADDRESS% "
                        + "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%\n"));
        return new HttpConnectionManager(
                m.statPrefix(),
                m.codecType(),
                m.routes(),
                m.httpFilters(),
                List.of(log),
                m.timeouts(),
                forwarding,
                ids,
                m.paths(),
                m.serverHeader(),
                m.stripPort(),
                m.http1(),
                m.http2(),
                m.commonHttp(),
                m.upgradeConfigs(),
                m.maxRequestHeadersKb(),
                m.proxy100Continue(),
                m.streamErrorOnInvalidHttpMessage());
    }

    /** What became of one request from 127.0.0.9, or from another address of this machine. */
    private record Seen(String request, String response, String log, int port) {
        /** The one line of that name that the upstream got, or null. */
        @Nullable
        String told(String name) {
            return line(request, name);
        }

        @Nullable
        String answered(String name) {
            return line(response, name);
        }

        private static @Nullable String line(String head, String name) {
            String prefix = name + ": ";
            List<String> lines = head.lines()
                    .takeWhile(line -> !line.isEmpty())
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .toList();
            assertThat(lines).as(head).hasSizeLessThan(2);
            return lines.isEmpty() ? null : lines.getFirst().substring(prefix.length());
        }
    }

    private Seen call(Forwarding forwarding, String headers) throws IOException {
        return call(forwarding, RequestIds.DEFAULT, "127.0.0.9", headers);
    }

    private Seen call(Forwarding forwarding, RequestIds ids, String from, String headers) throws IOException {
        try (Backend backend = new Backend(c -> {
                    while (c.readRequest() != null) {
                        c.write("HTTP/1.1 200 OK\r\nVia: 1.1 app\r\nContent-Length: 0\r\n\r\n");
                    }
                });
                TestProxy proxy = new TestProxy()) {
            proxy.cluster("backend", backend.port());
            proxy.listener("http", FilterChain.of(manager(forwarding, ids, TestProxy.forward("backend"))));
            int port = proxy.apply().port("http");
            String response;
            try (Client client = new Client(port, from)) {
                response = client.send("GET / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n")
                        .response();
            }
            proxy.engine.close(); // writes the log
            return new Seen(
                    backend.requests.getFirst(),
                    response,
                    Files.readString(folder.resolve("log")).strip(),
                    port);
        }
    }

    private static String forwardedFor(@Nullable String value) {
        return value == null ? "" : "X-Forwarded-For: " + value.replace("/", "\r\nx-forwarded-for: ") + "\r\n";
    }

    /** In {@code came}, a slash stands between two lines. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # edge | hops | skip | came                      | told                               | external  | client
            false  | 0    | false |                          |                                    |           | 127.0.0.9
            false  | 0    | false | 1.1.1.1                  | 1.1.1.1                            |           | 1.1.1.1
            false  | 0    | false | 1.1.1.1, 2.2.2.2         | 1.1.1.1, 2.2.2.2                   |           | 2.2.2.2
            false  | 1    | false | 1.1.1.1, 2.2.2.2         | 1.1.1.1, 2.2.2.2                   |           | 1.1.1.1
            false  | 2    | false | 1.1.1.1, 2.2.2.2         | 1.1.1.1, 2.2.2.2                   |           | 127.0.0.9
            false  | 0    | false | 1.1.1.1, nobody          | 1.1.1.1, nobody                    |           | 127.0.0.9
            true   | 0    | false |                          | 127.0.0.9                          | 127.0.0.9 | 127.0.0.9
            true   | 0    | false | 1.1.1.1                  | 1.1.1.1,127.0.0.9                  | 127.0.0.9 | 127.0.0.9
            true   | 0    | true  | 1.1.1.1                  | 1.1.1.1                            | 127.0.0.9 | 127.0.0.9
            true   | 0    | true  |                          |                                    | 127.0.0.9 | 127.0.0.9
            true   | 1    | false | 1.1.1.1, 2.2.2.2         | 1.1.1.1, 2.2.2.2,127.0.0.9         | 2.2.2.2   | 2.2.2.2
            true   | 2    | false | 1.1.1.1, 2.2.2.2         | 1.1.1.1, 2.2.2.2,127.0.0.9         | 1.1.1.1   | 1.1.1.1
            true   | 3    | false | 1.1.1.1, 2.2.2.2         | 1.1.1.1, 2.2.2.2,127.0.0.9         | 127.0.0.9 | 127.0.0.9
            true   | 1    | true  | 1.1.1.1, 2.2.2.2         | 1.1.1.1, 2.2.2.2                   | 2.2.2.2   | 2.2.2.2
            true   | 1    | false | 1.1.1.1/2.2.2.2          | 1.1.1.1,2.2.2.2,127.0.0.9          | 2.2.2.2   | 2.2.2.2
            true   | 2    | false | 1.1.1.1, 3.3.3.3/2.2.2.2 | 1.1.1.1, 3.3.3.3,2.2.2.2,127.0.0.9 | 3.3.3.3   | 3.3.3.3
            true   | 1    | false | 1.1.1.1, 2001:DB8:0::1   | 1.1.1.1, 2001:DB8:0::1,127.0.0.9   | 2001:db8::1 | 2001:db8::1
            true   | 1    | false | 1.1.1.1:80               | 1.1.1.1:80,127.0.0.9               | 127.0.0.9 | 127.0.0.9
            true   | 1    | false | 1.1.1.1,                 | 1.1.1.1,,127.0.0.9                 | 127.0.0.9 | 127.0.0.9
            """)
    void theClientIsWhomTheTrustedHopsName(
            boolean edge,
            int hops,
            boolean skip,
            @Nullable String came,
            @Nullable String told,
            @Nullable String external,
            String client)
            throws IOException {
        Seen seen = call(forwarding(edge, hops, skip), forwardedFor(came));
        assertThat(seen.told("x-forwarded-for")).isEqualTo(told);
        assertThat(seen.told("x-envoy-external-address")).isEqualTo(external);
        String address = client.contains(":") ? "[" + client + "]:" : client + ":";
        assertThat(seen.log()).startsWith(client + " " + address).endsWith(" 127.0.0.9");
        if (!client.equals("127.0.0.9")) {
            assertThat(seen.log()).startsWith(client + " " + address + "0 ");
        }
    }

    @Test
    void loopbackMeansThisMachine() throws IOException {
        Seen seen = call(forwarding(true, 0, false), RequestIds.DEFAULT, "127.0.0.1", "");
        assertThat(seen.told("x-forwarded-for")).isEqualTo(IpLiteral.format(MachineAddress.ipv4()));
        assertThat(seen.told("x-envoy-external-address")).isEqualTo("127.0.0.1");
    }

    @ParameterizedTest
    @CsvSource({
        "false, 0, https, https",
        "false, 1, https, https",
        "true, 0, https, http",
        "true, 1, https, https",
        "false, 0, , http",
        "true, 0, , http",
        "true, 1, , http"
    })
    void theSchemeIsBelievedFromTrustedHops(boolean edge, int hops, @Nullable String came, String told)
            throws IOException {
        String header = came == null ? "" : "x-forwarded-proto: " + came + "\r\n";
        assertThat(call(forwarding(edge, hops, false), header).told("x-forwarded-proto"))
                .isEqualTo(told);
    }

    @ParameterizedTest
    @CsvSource({
        "false, 0, 7, 7",
        "false, 0, , own",
        "true, 0, 7, own",
        "true, 0, , own",
        "true, 1, 7, 7",
        "true, 1, , own"
    })
    void thePortIsSaidWhereAsked(boolean edge, int hops, @Nullable String came, String told) throws IOException {
        String header = came == null ? "" : "x-forwarded-port: " + came + "\r\n";
        Forwarding quiet = forwarding(edge, hops, false);
        assertThat(call(quiet, header).told("x-forwarded-port")).isEqualTo(came);
        Seen seen = call(saying(quiet, true, ""), header);
        assertThat(seen.told("x-forwarded-port")).isEqualTo(told.replace("own", Integer.toString(seen.port())));
    }

    @Test
    void viaIsAppendedBothWays() throws IOException {
        Seen seen = call(saying(Forwarding.DEFAULT, false, "1.1 weft"), "Via: 1.0 fred\r\nVia: 1.1 p.test\r\n");
        assertThat(seen.told("via")).isEqualTo("1.0 fred,1.1 p.test, 1.1 weft");
        assertThat(seen.answered("via")).isEqualTo("1.1 app, 1.1 weft");
        assertThat(call(saying(Forwarding.DEFAULT, false, "1.1 weft"), "").told("via"))
                .isEqualTo("1.1 weft");
        assertThat(call(Forwarding.DEFAULT, "").told("via")).isNull();
        assertThat(call(Forwarding.DEFAULT, "").answered("via")).isEqualTo("1.1 app");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # edge | hops | came               | internal
            false  | 0    |                    | false
            false  | 0    | 10.1.1.1           | true
            false  | 0    | 10.1.1.1, 10.1.1.2 | false
            false  | 0    | 11.1.1.1           | false
            false  | 1    | 10.1.1.1, 10.1.1.2 | false
            true   | 0    |                    | true
            true   | 0    | 10.1.1.1           | false
            true   | 1    | 10.1.1.1           | false
            """)
    void whoIsInternalIsSaidAndBelieved(boolean edge, int hops, @Nullable String came, boolean internal)
            throws IOException {
        String headers =
                forwardedFor(came) + "x-envoy-internal: forged\r\nx-envoy-ip-tags: t\r\nx-envoy-retry-on: 5xx\r\n"
                        + "x-envoy-external-address: 6.6.6.6\r\nx-envoy-downstream-service-node: n\r\nx-envoy-original-path: p\r\n";
        Seen seen = call(forwarding(edge, hops, false, "10.0.0.0/8", "127.0.0.0/8"), headers);
        assertThat(seen.told("x-envoy-internal")).isEqualTo(internal ? "true" : null);
        assertThat(seen.told("x-envoy-ip-tags")).isEqualTo(internal ? "t" : null);
        assertThat(seen.told("x-envoy-retry-on")).as("a router's").isNull();
        boolean atTheEdge = edge && !internal;
        assertThat(seen.told("x-envoy-downstream-service-node")).isEqualTo(atTheEdge ? null : "n");
        assertThat(seen.told("x-envoy-original-path")).isEqualTo(atTheEdge ? null : "p");
        assertThat(seen.told("x-envoy-external-address"))
                .isEqualTo(!atTheEdge ? "6.6.6.6" : hops == 0 ? "127.0.0.9" : "10.1.1.1");
    }

    @Test
    void nobodyIsInternalUnlessSaidWho() throws IOException {
        assertThat(call(forwarding(true, 0, false), "").told("x-envoy-internal"))
                .isNull();
        assertThat(call(forwarding(false, 0, false), forwardedFor("10.1.1.1")).told("x-envoy-internal"))
                .isNull();
    }

    @Test
    void anIdFromOutsideIsReplacedAtTheEdge() throws IOException {
        String mine = "x-request-id: mine\r\n";
        assertThat(call(Forwarding.DEFAULT, mine).told("x-request-id")).isEqualTo("mine");
        assertThat(call(forwarding(true, 0, false), mine).told("x-request-id")).matches(MADE_ID);
        assertThat(call(forwarding(true, 0, false, "127.0.0.0/8"), mine).told("x-request-id"))
                .isEqualTo("mine");
        assertThat(call(Forwarding.DEFAULT, "x-request-id:\r\n").told("x-request-id"))
                .matches(MADE_ID);
        RequestIds none = new RequestIds(false, false, false, true);
        assertThat(call(forwarding(true, 0, false), none, "127.0.0.9", mine).told("x-request-id"))
                .isEqualTo("mine");
    }

    @Test
    void anIdThatIsKeptLosesItsMark() throws IOException {
        RequestIds kept = new RequestIds(true, true, false, true);
        RequestIds untouched = new RequestIds(true, true, false, false);
        Forwarding edge = forwarding(true, 0, false);
        String traced = "x-request-id: 11111111-2222-a333-8444-555555555555\r\n";
        assertThat(call(edge, kept, "127.0.0.9", traced).told("x-request-id"))
                .isEqualTo("11111111-2222-4333-8444-555555555555");
        assertThat(call(edge, untouched, "127.0.0.9", traced).told("x-request-id"))
                .isEqualTo("11111111-2222-a333-8444-555555555555");
        assertThat(call(edge, kept, "127.0.0.9", "x-request-id: mine\r\n").told("x-request-id"))
                .isEqualTo("mine");
        assertThat(call(Forwarding.DEFAULT, kept, "127.0.0.9", traced).told("x-request-id"))
                .isEqualTo("11111111-2222-a333-8444-555555555555");
    }

    @Test
    void theAnswerHasTheIdWhereAsked() throws IOException {
        RequestIds answered = new RequestIds(true, false, true, true);
        assertThat(call(Forwarding.DEFAULT, "x-request-id: mine\r\n").answered("x-request-id"))
                .isNull();
        assertThat(call(Forwarding.DEFAULT, answered, "127.0.0.9", "x-request-id: mine\r\n")
                        .answered("x-request-id"))
                .isEqualTo("mine");
        Seen seen = call(Forwarding.DEFAULT, answered, "127.0.0.9", "");
        assertThat(seen.answered("x-request-id")).matches(MADE_ID).isEqualTo(seen.told("x-request-id"));
    }

    /** Our own answers are answers, too. */
    @Test
    void whatWeAnswerOurselvesHasTheSame() throws IOException {
        Forwarding via = saying(Forwarding.DEFAULT, false, "weft");
        RequestIds answered = new RequestIds(true, false, true, true);
        RouteAction redirect = new RouteAction.Redirect("", "b.test", 0, null, 301, false);
        try (TestProxy proxy = new TestProxy()) {
            proxy.listener("http", FilterChain.of(manager(via, answered, TestProxy.forward("missing"))));
            proxy.listener("there", FilterChain.of(manager(via, answered, TestProxy.action(redirect))));
            proxy.apply();
            for (String scheme : List.of("http", "https", "ftp")) {
                String request =
                        "GET /x HTTP/1.1\r\nHost: a\r\nx-request-id: mine\r\nx-forwarded-proto: " + scheme + "\r\n\r\n";
                try (Client client = proxy.client();
                        Client there = proxy.client("there")) {
                    assertThat(client.send(request).response())
                            .startsWith("HTTP/1.1 503")
                            .contains("\r\nvia: weft\r\n", "\r\nx-request-id: mine\r\n");
                    assertThat(there.send(request).response())
                            .contains("\r\nvia: weft\r\n")
                            .contains("\r\nlocation: " + scheme.replace("ftp", "http") + "://b.test/x\r\n");
                }
            }
        }
    }

    @Test
    void aJsonLogAsksForTheClientToo() throws IOException {
        LogFormat nested = LogFormat.of(
                new AccessLog.Format.Json(Map.of("a", "x", "b", Map.of("c", "client %DOWNSTREAM_REMOTE_ADDRESS%"))));
        assertThat(nested.uses(HttpLogSource::isOfClient)).isTrue();
        LogFormat other = LogFormat.of(new AccessLog.Format.Json(Map.of("b", Map.of("c", "%RESPONSE_CODE%"))));
        assertThat(other.uses(HttpLogSource::isOfClient)).isFalse();
        assertThat(LogFormat.of(new AccessLog.Format.Standard()).uses(HttpLogSource::isOfClient))
                .isFalse();
    }
}
