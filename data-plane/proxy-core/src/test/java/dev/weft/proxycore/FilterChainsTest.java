package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import dev.weft.http.Ascii;
import dev.weft.http.FilterStatus;
import dev.weft.http.HttpFilter;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.xdsmodel.ClusterSpecifier;
import dev.weft.xdsmodel.Fault;
import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.HeaderMutations;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.HttpFilterConfig;
import dev.weft.xdsmodel.HttpFilterEntry;
import dev.weft.xdsmodel.HttpFilterOverride;
import dev.weft.xdsmodel.Metadata;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.VirtualHost;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Filters belong to routes: which of them a request meets, and with what configuration. */
@Timeout(30)
class FilterChainsTest {
    private static final byte[] TRACE = Ascii.bytes("x-trace");
    private static final String WAIT = "wait"; // what such a filter is configured with
    private static final long WAIT_NANOS = 50_000_000; // the body has come by then

    private final List<String> made = new CopyOnWriteArrayList<>();

    /** Filters that write the name they were configured with to the request and, from their slots, to the response. */
    private final HttpFilterFactory factory = new HttpFilterFactory() {
        @Override
        public void check(HttpFilterConfig config) {
            if (name(config).equals("broken")) {
                throw new IllegalArgumentException("as it says");
            }
        }

        @Override
        public HttpFilter create(
                HttpFilterConfig config, List<HttpFilterConfig> overrides, String statPrefix, int slot) {
            List<String> names = new ArrayList<>();
            overrides.forEach(override -> names.add(name(override)));
            names.add(name(config));
            String text = String.join("<", names);
            made.add(text);
            return new Tracing(Ascii.bytes(text), slot);
        }
    };

    private record Tracing(byte[] text, int slot) implements HttpFilter {
        @Override
        public int phases() {
            return REQUEST_HEAD | RESPONSE_HEAD;
        }

        @Override
        public boolean keepsState() {
            return true;
        }

        @Override
        public FilterStatus onRequestHead(HttpStream stream, RequestHead head, boolean end) {
            head.headers().add(TRACE, text);
            stream.slot(slot, text);
            if (!Ascii.text(text, 0, text.length).startsWith(WAIT)) {
                return FilterStatus.CONTINUE;
            }
            stream.context().after(WAIT_NANOS, stream::resume);
            return FilterStatus.PAUSE;
        }

        @Override
        public void onResponseHead(HttpStream stream, ResponseHead head, boolean end) {
            head.headers().add(TRACE, (byte[]) stream.slot(slot));
        }
    }

    private static String name(HttpFilterConfig config) {
        return ((Fault) config).upstreamCluster();
    }

    private static Fault named(String name) {
        return new Fault(null, null, name, List.of(), List.of(), 1);
    }

    private static HttpFilterOverride say(@Nullable String name) {
        return new HttpFilterOverride(false, name == null ? null : named(name));
    }

    private static final HttpFilterOverride OFF = new HttpFilterOverride(true, null);

    private static Route route(String prefix, RouteAction action, Map<String, HttpFilterOverride> filters) {
        return new Route("", RouteMatch.prefix(prefix), action, HeaderMutations.NONE, Metadata.NONE, "", filters);
    }

    private static VirtualHost host(String domain, Map<String, HttpFilterOverride> filters, Route... routes) {
        return new VirtualHost(
                domain,
                List.of(domain),
                List.of(routes),
                VirtualHost.RequireTls.NONE,
                HeaderMutations.NONE,
                false,
                false,
                null,
                Metadata.NONE,
                filters);
    }

    private static RouteConfiguration routes(Map<String, HttpFilterOverride> filters, VirtualHost... hosts) {
        return new RouteConfiguration(
                "routes", List.of(hosts), HeaderMutations.NONE, false, false, false, Metadata.NONE, filters);
    }

    /** Filters a (on) and b (off), each configured with its name. */
    private static HttpConnectionManager manager(RouteConfiguration routes) {
        HttpConnectionManager m = TestProxy.manager(routes);
        return TestProxy.filters(
                m,
                new HttpFilterEntry("a", false, named("a")),
                new HttpFilterEntry("b", true, named("b")),
                HttpFilterEntry.ROUTER);
    }

    private TestProxy proxy(int port, RouteConfiguration routes) {
        TestProxy proxy = new TestProxy(factory);
        proxy.cluster("backend", port);
        return proxy.listener("http", FilterChain.of(manager(routes)));
    }

    private static final RouteAction TO_BACKEND = RouteAction.Forward.to("backend");

    @Test
    void theMostSpecificLevelDecidesAndEveryLevelIsHeard() throws IOException {
        ClusterSpecifier split = new ClusterSpecifier.Weighted(List.of(new ClusterSpecifier.ClusterWeight(
                "backend", 1, HeaderMutations.NONE, "", Metadata.NONE, Map.of("a", say("share")))));
        RouteConfiguration routes = routes(
                Map.of("a", say("table")),
                host(
                        "loud",
                        Map.of("a", say("host")),
                        route("/route", TO_BACKEND, Map.of("a", say("route"), "b", say(null))),
                        route("/off", TO_BACKEND, Map.of("a", OFF)),
                        route("/split", RouteAction.Forward.to(split), Map.of("a", say("route"))),
                        route("/", TO_BACKEND, Map.of())),
                host("quiet", Map.of("a", OFF), route("/on", TO_BACKEND, Map.of("a", say(null)))));
        try (Backend backend = Backend.answering("ok");
                TestProxy proxy = proxy(backend.port(), routes).apply();
                Client client = proxy.client()) {
            assertThat(trace(client, "loud", "/")).isEqualTo("[host<table<a]");
            assertThat(trace(client, "loud", "/route")).isEqualTo("[route<host<table<a, b]");
            assertThat(trace(client, "loud", "/off")).isEqualTo("[]");
            assertThat(trace(client, "loud", "/split")).isEqualTo("[share<route<host<table<a]");
            assertThat(trace(client, "quiet", "/on")).isEqualTo("[table<a]");
            assertThat(backend.requests).hasSize(5).element(1).asString().contains("x-trace: b\r\n");
        }
    }

    @Test
    void aRequestWithoutARouteMeetsTheManagersFilters() throws IOException {
        RouteConfiguration routes = routes(Map.of("a", OFF), host("known", Map.of(), route("/", TO_BACKEND, Map.of())));
        try (Backend backend = Backend.answering("ok");
                TestProxy proxy = proxy(backend.port(), routes).apply();
                Client client = proxy.client()) {
            assertThat(trace(client, "unknown", "/")).isEqualTo("[a]");
            assertThat(trace(client, "known", "/")).isEqualTo("[]");
        }
    }

    /** Nobody is to work for it: a delay would make it worth sending. */
    @Test
    void aRefusedRequestMeetsNoFilter() throws IOException {
        RouteConfiguration routes = routes(Map.of(), host("*", Map.of(), route("/", TO_BACKEND, Map.of())));
        try (Backend backend = Backend.answering("ok");
                TestProxy proxy = proxy(backend.port(), routes).apply();
                Client client = proxy.client()) {
            String answer =
                    client.send("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n").response();
            assertThat(answer).startsWith("HTTP/1.1 403").doesNotContain("x-trace");
        }
    }

    @Test
    void routesThatSayTheSameShareAChainAndKeepItAcrossSnapshots() throws IOException {
        Map<String, HttpFilterOverride> same = Map.of("a", say("route"));
        RouteConfiguration routes =
                routes(Map.of(), host("*", Map.of(), route("/x", TO_BACKEND, same), route("/y", TO_BACKEND, same)));
        try (TestProxy proxy = proxy(1, routes).apply()) {
            assertThat(made).containsExactly("a", "route<a");
            proxy.cluster("other", 2).apply();
            assertThat(made).hasSize(2);
        }
    }

    /** On a kept connection, where it could leave at once with its head. */
    @Test
    void aRequestThatWasHeldUpIsForwardedWhole() throws IOException {
        RouteConfiguration routes =
                routes(Map.of(), host("*", Map.of(), route("/", TO_BACKEND, Map.of("a", say(WAIT)))));
        try (Backend backend = Backend.answering("ok");
                TestProxy proxy = proxy(backend.port(), routes).apply();
                Client client = proxy.client()) {
            for (String body : new String[] {"", "abc", "b".repeat(200_000), "d", ""}) {
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
                assertThat(client.response()).startsWith("HTTP/1.1 200");
                assertThat(backend.requests.get(backend.requests.size() - 1)).endsWith("\r\n\r\n" + body);
            }
            assertThat(backend.connections).hasValue(1);
        }
    }

    @Test
    void whatNoFilterCanBeMadeOfIsRefusedByItsPath() {
        Route route = route("/", TO_BACKEND, Map.of("b", say("broken")));
        RouteConfiguration routes = routes(Map.of("a", say("broken")), host("*", Map.of(), route));
        try (TestProxy proxy = proxy(1, routes)) {
            assertThat(proxy.engine.apply(proxy.snapshot()))
                    .extracting(Diagnostic::path)
                    .containsExactly(
                            "listeners[http].filter_chains.route_config.typed_per_filter_config[a]",
                            "listeners[http].filter_chains.route_config.virtual_hosts[0].routes[0]"
                                    + ".typed_per_filter_config[b]");
        }
    }

    /** The filters met, from the response, first to last. */
    private static String trace(Client client, String host, String path) throws IOException {
        List<String> met = new ArrayList<>();
        client.send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                .response()
                .lines()
                .filter(line -> line.startsWith("x-trace: "))
                .forEach(line -> met.add(0, line.substring("x-trace: ".length())));
        return met.toString();
    }
}
