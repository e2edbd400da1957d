package dev.weft.proxy;

import dev.weft.base.Log;
import dev.weft.identity.IssuedIdentity;
import dev.weft.stats.PrometheusText;
import dev.weft.xdsclient.AdsStatus;
import dev.weft.xdsmodel.Node;
import dev.weft.xdsmodel.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * The admin pages under Envoy's paths. What changes something takes a POST; what is read takes none of the proxy's state
 * with it.
 */
final class AdminPages {
    /**
     * What the pages show besides engine and statistics.
     *
     * @param bootstrap as JSON
     * @param ads null without a control plane
     * @param ownSecrets secrets the proxy answers itself
     */
    record Facts(
            Node node,
            Map<String, @Nullable Object> bootstrap,
            Supplier<@Nullable AdsStatus> ads,
            Supplier<Map<String, Secret>> ownSecrets) {}

    /**
     * What the pages can set off.
     *
     * @param rotate null where there is no certificate of our own to renew
     */
    record Actions(Runnable drain, Runnable quit, @Nullable Supplier<CompletableFuture<IssuedIdentity>> rotate) {}

    private static final String HELP = """
            admin commands are:
              /: this page
              /certs: certificates and how long they are valid
              /clusters: endpoints of all clusters (?format=json)
              /config_dump: configuration in force, without secrets (?include_eds, ?resource=dynamic_listeners)
              /drain_listeners: drain in order and close the listeners (POST)
              /healthcheck/fail: readiness says no (POST)
              /healthcheck/ok: readiness says the truth again (POST)
              /endpoints: endpoints given by the control plane
              /help: this page
              /listeners: addresses in use (?format=json)
              /logging: level of the log (POST ?level=debug to change)
              /quitquitquit: drain and exit (POST)
              /ready: 200 LIVE, or 503 with the state
              /rotate: ask for a new certificate now (POST)
              /routes: route configurations given by the control plane
              /server_info: version, state, uptime, node
              /stats: statistics (?filter=regex, ?usedonly, ?format=json|prometheus)
              /stats/prometheus: statistics in the Prometheus format
            """;

    private final Proxy proxy;
    private final Facts facts;
    private final Actions actions;

    AdminPages(Proxy proxy, Facts facts, Actions actions) {
        this.proxy = proxy;
        this.facts = facts;
        this.actions = actions;
    }

    /** Port 15000: everything. */
    AdminResponse all(AdminRequest request) {
        return switch (request.path()) {
            case "/logging" -> logging(request);
            case "/drain_listeners" -> change(request, actions.drain());
            case "/quitquitquit" -> change(request, actions.quit());
            case "/healthcheck/fail" -> change(request, () -> proxy.failHealth(true));
            case "/healthcheck/ok" -> change(request, () -> proxy.failHealth(false));
            default -> remote(request);
        };
    }

    /** Port 15020: what may be read, and the renewal of a certificate. */
    AdminResponse remote(AdminRequest request) {
        if (request.path().equals("/rotate")) {
            return rotate(request);
        }
        if (request.isPost()) {
            return AdminResponse.text(405, "only GET\n");
        }
        return switch (request.path()) {
            case "/", "/help" -> AdminResponse.text(HELP);
            case "/ready" -> ready();
            case "/server_info" -> AdminResponse.json(serverInfo());
            case "/listeners" -> ListenersPage.answer(proxy.engine(), request);
            case "/clusters" -> ClustersPage.answer(proxy.engine(), request);
            case "/certs" -> AdminResponse.json(CertsPage.json(proxy.engine().snapshot(), Instant.now()));
            case "/config_dump" -> configDump(request.parameter("resource"), request.parameter("include_eds") != null);
            case "/routes" -> configDump("dynamic_route_configs", false);
            case "/endpoints" -> configDump("dynamic_endpoint_configs", true);
            case "/stats" -> stats(request, String.valueOf(request.parameter("format")));
            default -> metrics(request);
        };
    }

    /** The metrics alone. */
    AdminResponse metrics(AdminRequest request) {
        return switch (request.path()) {
            case "/stats/prometheus", "/metrics" -> stats(request, "prometheus");
            default -> AdminResponse.text(404, "invalid path. admin commands are listed at /help\n");
        };
    }

    /** Port 15021. */
    AdminResponse readiness(AdminRequest request) {
        return request.path().equals("/healthz/ready") && !request.isPost()
                ? ready()
                : AdminResponse.text(404, "only /healthz/ready\n");
    }

    private AdminResponse ready() {
        if (proxy.isReady()) {
            return AdminResponse.text("LIVE\n");
        }
        String reason = proxy.impediment();
        State state = proxy.state() == State.LIVE && reason.isEmpty() ? State.DRAINING : proxy.state();
        return AdminResponse.text(503, state.name() + "\n" + (reason.isEmpty() ? "" : reason + "\n"));
    }

    private static AdminResponse change(AdminRequest request, Runnable action) {
        if (!request.isPost()) {
            return AdminResponse.text(405, "this changes something: use POST\n");
        }
        action.run();
        return AdminResponse.text("OK\n");
    }

    /** Answered once the new certificate serves, so that a script needs no other page to look at. */
    private AdminResponse rotate(AdminRequest request) {
        if (actions.rotate() == null) {
            return AdminResponse.text(404, "no certificate to renew here\n");
        }
        if (!request.isPost()) {
            return AdminResponse.text(405, "this changes something: use POST\n");
        }
        return AdminResponse.later(actions.rotate().get().thenApply(issued -> {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("identity", issued.identity().toString());
            answer.put("serial", issued.serial());
            answer.put("valid_until", issued.notAfter().toString());
            return AdminResponse.json(answer);
        }));
    }

    private AdminResponse logging(AdminRequest request) {
        String level = request.parameter("level");
        if (level != null) {
            if (!request.isPost()) {
                return AdminResponse.text(405, "this changes something: use POST\n");
            }
            try {
                proxy.log()
                        .level(Log.Level.valueOf(level.toUpperCase(Locale.ROOT).replace("WARNING", "WARN")));
            } catch (IllegalArgumentException e) {
                return AdminResponse.text(400, "level must be error, warn, info or debug\n");
            }
        }
        return AdminResponse.text(
                "active loggers:\n  all: " + proxy.log().level().name().toLowerCase(Locale.ROOT) + "\n");
    }

    /** Fine buckets are for whoever computes quantiles: the control plane. */
    private AdminResponse stats(AdminRequest request, String format) {
        Pattern filter = null;
        String regex = request.parameter("filter");
        if (regex != null) {
            try {
                filter = Pattern.compile(regex);
            } catch (PatternSyntaxException e) {
                return AdminResponse.text(400, "filter is not a regular expression: " + e.getDescription() + "\n");
            }
        }
        boolean usedOnly = request.parameter("usedonly") != null;
        return switch (format) {
            case "prometheus" ->
                new AdminResponse(
                        200,
                        PrometheusText.CONTENT_TYPE,
                        StatsText.prometheus(
                                proxy.stats(), filter, usedOnly, "fine".equals(request.parameter("buckets"))),
                        null);
            case "json" -> AdminResponse.json(StatsText.json(proxy.stats(), filter, usedOnly));
            default -> AdminResponse.text(StatsText.text(proxy.stats(), filter, usedOnly));
        };
    }

    private AdminResponse configDump(@Nullable String resource, boolean includeEds) {
        ConfigDump dump = new ConfigDump(
                facts.bootstrap(), facts.ads().get(), facts.ownSecrets().get(), proxy.started());
        Map<String, Object> json = dump.json(resource, includeEds);
        return json.get("configs") == null
                ? AdminResponse.text(404, resource + " not found in config dump\n") // as Envoy
                : AdminResponse.json(json);
    }

    private Map<String, Object> serverInfo() {
        long uptime = Duration.between(proxy.started(), Instant.now()).toSeconds();
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("id", facts.node().id());
        node.put("cluster", facts.node().cluster());
        node.put("metadata", facts.node().metadata());
        node.put("user_agent_name", "weft");
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("version", "weft/" + Version.TEXT);
        info.put(
                "state",
                proxy.state() == State.LIVE && !proxy.isReady()
                        ? "DRAINING"
                        : proxy.state().name());
        info.put("uptime_current_epoch", uptime + "s");
        info.put("uptime_all_epochs", uptime + "s");
        info.put("hot_restart_version", "disabled");
        info.put(
                "command_line_options",
                Map.of("log_level", proxy.log().level().name().toLowerCase(Locale.ROOT)));
        info.put("node", node);
        AdsStatus ads = facts.ads().get();
        if (ads != null) {
            info.put(
                    "xds",
                    Map.of("connected", ads.connected(), "snapshot", ads.snapshotVersion(), "missing", ads.missing()));
        }
        return info;
    }
}
