package dev.weft.control;

import dev.weft.adminapi.ControlPlaneInfo;
import dev.weft.adminapi.OperatorApi;
import dev.weft.adminapi.ProxyStatus;
import dev.weft.adminapi.RecordJson;
import dev.weft.adminapi.Released;
import dev.weft.adminapi.TokenCreated;
import dev.weft.adminapi.TokenItem;
import dev.weft.adminapi.TokenList;
import dev.weft.adminapi.TokenRequest;
import dev.weft.adminapi.VersionWait;
import dev.weft.ca.CertificateIssuer;
import dev.weft.ca.IdentityPattern;
import dev.weft.ca.JoinToken;
import dev.weft.ca.JoinTokens;
import dev.weft.meshmodel.MeshImage;
import dev.weft.sources.LeaseRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The operator API, path by path. The caller is authenticated. Any thread; may block. */
final class OperatorRoutes implements OperatorServer.Api {
    /** What may be asked of a proxy. */
    private static final Set<String> PROXY_READS = Set.of(
            "config_dump",
            "clusters",
            "listeners",
            "routes",
            "endpoints",
            "certs",
            "stats",
            "stats/prometheus",
            "ready",
            "server_info",
            "memory");

    /** What may be told to a proxy. */
    private static final Set<String> PROXY_ACTS = Set.of("rotate");

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private final ControlPlaneConfig config;
    private final MeshLoop mesh;
    private final Findings findings;
    private final ProxyViews proxies;
    private final GraphCollector graph;
    private final ProxyAdminClient admin;
    private final CertificateIssuer issuer;
    private final InstantSource clock;
    private final Pages pages;
    private final Instant startedAt;

    /** Static files. */
    interface Pages {
        @Nullable
        HttpReply find(String path);
    }

    OperatorRoutes(
            ControlPlaneConfig config,
            MeshLoop mesh,
            Findings findings,
            ProxyViews proxies,
            GraphCollector graph,
            ProxyAdminClient admin,
            CertificateIssuer issuer,
            InstantSource clock,
            Pages pages) {
        this.config = config;
        this.mesh = mesh;
        this.findings = findings;
        this.proxies = proxies;
        this.graph = graph;
        this.admin = admin;
        this.issuer = issuer;
        this.clock = clock;
        this.pages = pages;
        this.startedAt = clock.instant();
    }

    @Override
    public @Nullable HttpReply page(String path) {
        return pages.find(path);
    }

    @Override
    public HttpReply api(HttpQuery query) {
        String path = query.path();
        if (path.equals(OperatorApi.TOKENS) || path.startsWith(OperatorApi.TOKENS + "/")) {
            return tokens(query);
        }
        if (path.startsWith(OperatorApi.PROXIES + "/")) {
            return proxy(query, path.substring(OperatorApi.PROXIES.length() + 1));
        }
        if (path.equals(OperatorApi.RELEASE)) {
            return query.method().equals("POST") ? release() : HttpReply.error(405, "POST " + path, "");
        }
        if (!query.isGet()) {
            return HttpReply.error(405, "only GET here", "");
        }
        MeshImage image = mesh.image();
        return switch (path) {
            case OperatorApi.INFO -> HttpReply.json(info(image));
            case OperatorApi.PROXIES -> HttpReply.json(proxies.list());
            case OperatorApi.DIAGNOSTICS ->
                HttpReply.json(MeshViews.diagnostics(image.version(), findings.diagnostics()));
            case OperatorApi.RESOURCES ->
                HttpReply.json(MeshViews.resources(
                        image,
                        findings.conditions(),
                        query.parameter("kind"),
                        query.parameter("namespace"),
                        query.parameter("name")));
            case OperatorApi.SERVICES -> HttpReply.json(MeshViews.services(image, query.parameter("namespace")));
            case OperatorApi.WORKLOADS ->
                HttpReply.json(MeshViews.workloads(image, query.parameter("namespace"), query.parameter("service")));
            case OperatorApi.GRAPH -> HttpReply.json(graph.graph(proxies.instances()));
            case OperatorApi.WAIT -> HttpReply.json(await(query));
            default -> HttpReply.error(404, "no such path: " + path, "see docs/operator-api.md");
        };
    }

    private ControlPlaneInfo info(MeshImage image) {
        List<String> warnings = new ArrayList<>();
        if (config.plaintextXds() != null) {
            warnings.add(
                    "xDS is also served without TLS on " + config.plaintextXds().host());
        }
        if (!mesh.held().isEmpty()) {
            warnings.add("a change of configuration is held because of what it would take away; 'weft get diagnostics'"
                    + " says what, 'weft release' lets it through");
        }
        String configured = image.settings().trustDomain().name();
        String served = issuer.authority().trustDomain().name();
        if (!configured.equals(served)) {
            warnings.add("the Mesh document says trust domain " + configured + " but the root is of " + served
                    + "; a trust domain is chosen at the first start");
        }
        boolean settling = Duration.between(startedAt, clock.instant()).compareTo(LeaseRegistry.TTL) < 0;
        return new ControlPlaneInfo(
                Version.NUMBER,
                served,
                startedAt.toString(),
                clock.instant().toString(),
                image.version(),
                issuer.authority().root().getNotAfter().toInstant().toString(),
                issuer.authority().rootFingerprint(),
                settling,
                (int) proxies.list().proxies().stream()
                        .filter(ProxyStatus::connected)
                        .count(),
                image.services().size(),
                image.workloads().size(),
                config.configDirectory().toString(),
                warnings);
    }

    // ---- proxies

    private HttpReply proxy(HttpQuery query, String rest) {
        int slash = rest.indexOf('/');
        String id = slash < 0 ? rest : rest.substring(0, slash);
        ProxyStatus status = proxies.get(id);
        if (status == null) {
            return HttpReply.error(404, "no proxy " + id, "weft status lists them");
        }
        if (slash < 0) {
            return query.isGet() ? HttpReply.json(status) : HttpReply.error(405, "only GET here", "");
        }
        String asked = rest.substring(slash + 1);
        boolean read = PROXY_READS.contains(asked);
        boolean act = PROXY_ACTS.contains(asked);
        if (!read && !act) {
            return HttpReply.error(404, "a proxy is not asked for " + asked, "one of " + PROXY_READS);
        }
        if (act && !query.method().equals("POST") || read && !query.isGet()) {
            return HttpReply.error(405, (act ? "POST" : "GET") + " here", "");
        }
        boolean json = read && query.parameter("format").equals("json");
        return ask(id, status, act ? "POST" : "GET", json ? asked + "?format=json" : asked);
    }

    private HttpReply ask(String id, ProxyStatus status, String method, String asked) {
        ProxyTarget target = proxies.targets().get(id);
        if (target == null) {
            String why = status.connected() ? "has no authenticated identity" : "is not connected";
            return HttpReply.error(409, "proxy " + id + " " + why, "its records are asked for over mTLS only");
        }
        try {
            ProxyAdminClient.Answer answer = admin.ask(target.admin(), target.identity(), method, "/" + asked)
                    .join();
            return new HttpReply(answer.status(), answer.contentType(), answer.body(), Map.of());
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return HttpReply.error(
                    502, "proxy " + id + " did not answer at " + target.admin() + ": " + cause.getMessage(), "");
        }
    }

    private VersionWait await(HttpQuery query) {
        String asked = query.parameter("version");
        long version = asked.isEmpty() ? mesh.image().version() : number(asked, "version");
        String seconds = query.parameter("timeout");
        long limit = seconds.isEmpty() ? 0 : number(seconds, "timeout");
        long end = System.nanoTime()
                + Duration.ofSeconds(Math.min(limit, LONGEST_WAIT.toSeconds())).toNanos();
        VersionWait now = proxies.liveness(version);
        while (!now.live() && System.nanoTime() - end < 0) {
            try {
                Thread.sleep(Duration.ofMillis(20));
            } catch (InterruptedException e) {
                return now; // shutting down
            }
            now = proxies.liveness(version);
        }
        return now;
    }

    private static long number(String text, String name) {
        if (!text.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException(name + " must be a whole number, not '" + text + "'");
        }
        return Long.parseLong(text);
    }

    /** Answers when the change is in force, or told as far as it will be. */
    private HttpReply release() {
        int changes = mesh.release();
        if (changes > 0) {
            issuer.event("change-released", Map.of("changes", String.valueOf(changes)));
        }
        return HttpReply.json(new Released(changes));
    }

    // ---- tokens

    private HttpReply tokens(HttpQuery query) {
        JoinTokens tokens = issuer.tokens();
        String id =
                query.path().equals(OperatorApi.TOKENS) ? "" : query.path().substring(OperatorApi.TOKENS.length() + 1);
        if (id.isEmpty() && query.isGet()) {
            return HttpReply.json(new TokenList(
                    tokens.list().stream().map(OperatorRoutes::item).toList()));
        }
        if (id.isEmpty() && query.method().equals("POST")) {
            return create(tokens, RecordJson.read(TokenRequest.class, query.body()));
        }
        if (!id.isEmpty() && query.method().equals("DELETE")) {
            if (!tokens.revoke(id)) {
                return HttpReply.error(404, "no open token " + id, "weft token list shows them");
            }
            issuer.event("token-revoked", Map.of("token", id));
            return HttpReply.empty(204);
        }
        return HttpReply.error(405, "GET or POST " + OperatorApi.TOKENS + ", DELETE " + OperatorApi.TOKENS + "/ID", "");
    }

    private HttpReply create(JoinTokens tokens, TokenRequest request) {
        String host = request.host() == null || request.host().isEmpty()
                ? "host-" + Integer.toHexString(ThreadLocalRandom.current().nextInt())
                : request.host();
        Duration ttl = request.ttlSeconds() == 0 ? JoinTokens.MAX_TTL : Duration.ofSeconds(request.ttlSeconds());
        List<IdentityPattern> identities =
                request.identities().stream().map(IdentityPattern::parse).toList();
        JoinToken.Created created = tokens.create(host, identities, ttl);
        issuer.event(
                "token-created",
                Map.of(
                        "token",
                        created.token().id(),
                        "host",
                        host,
                        "identities",
                        identities.stream().map(IdentityPattern::toString).toList()));
        return HttpReply.json(new TokenCreated(
                created.token().id(),
                created.secret() + "." + issuer.authority().rootFingerprint(),
                host,
                created.token().expires().toString()));
    }

    private static TokenItem item(JoinToken token) {
        return new TokenItem(
                token.id(),
                token.host(),
                token.identities().stream().map(IdentityPattern::toString).toList(),
                token.state().name().toLowerCase(Locale.ROOT),
                token.created().toString(),
                token.expires().toString());
    }
}
