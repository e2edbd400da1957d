package dev.weft.proxy;

import dev.weft.base.Address;
import dev.weft.base.Diagnostic;
import dev.weft.base.Log;
import dev.weft.identity.HostCredential;
import dev.weft.identity.IssuedIdentity;
import dev.weft.net.TlsConfigException;
import dev.weft.proxycore.WorkloadLabels;
import dev.weft.upstream.LocalCheck;
import dev.weft.upstream.Whereabouts;
import dev.weft.xdsclient.AdsClient;
import dev.weft.xdsclient.ControlPlane;
import dev.weft.xdsclient.Lease;
import dev.weft.xdsclient.ResourceParser;
import dev.weft.xdsmodel.Node;
import dev.weft.xdsmodel.XdsSnapshot;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A proxy beside an application. What happens in what order: host credential → admin and readiness ports (which say no) →
 * workload certificate → configuration stream → first complete snapshot → listeners → ready → the application's port
 * accepts → registered, so that traffic comes.
 */
final class SidecarProxy {
    /** Source address of the sidecar's connections to its application, as in Istio. */
    private static final String INBOUND_SOURCE = "127.0.0.6";

    static final int ADMIN_PORT = 15_000;
    static final int REMOTE_PORT = 15_020;
    static final int READINESS_PORT = 15_021;

    private final Options.Sidecar options;
    private final Proxy proxy;
    private final Log log;
    private final MeshNode self;
    private final Node node;
    private final MeshIdentity identity;
    private final SplittableRandom random = new SplittableRandom();
    private final @Nullable HostsFile hosts;
    private final RefusedListeners refused;
    private @Nullable ControlPlane controlPlane;
    private @Nullable AdsClient ads;
    private @Nullable Lease lease;
    private @Nullable LocalCheck application;
    private boolean hostsFailed; // logged once

    private SidecarProxy(Options.Sidecar options, HostCredential credential, Log log) throws TlsConfigException {
        this.options = options;
        this.log = log;
        this.self = new MeshNode(options, Long.toString(random.nextLong(36L * 36 * 36 * 36 * 36), 36));
        this.node = self.node();
        this.proxy = new Proxy(
                options.loops(),
                new Whereabouts(node.id(), node.locality(), ""),
                WorkloadLabels.of(self.name(), options.namespace(), self.labels()),
                credential
                        .identity()
                        .trustDomain()
                        .workload(options.namespace(), options.serviceAccount())
                        .toString(),
                log);
        this.refused = new RefusedListeners(proxy.stats());
        this.hosts = options.hostsFile() == null ? null : new HostsFile(options.hostsFile());
        this.identity = new MeshIdentity(
                proxy.controlThread(),
                credential,
                store(options),
                options.controlPlane(),
                self.name(),
                options.namespace(),
                options.serviceAccount(),
                random,
                log.component("identity"),
                this::issued,
                proxy::impede);
    }

    private static HostRenewal.Store store(Options.Sidecar options) {
        Path folder = options.credential();
        Path file = options.renewedCredential();
        return renewed -> {
            if (folder != null) {
                renewed.saveCertificate(folder);
            } else if (file != null) {
                renewed.handOver(file);
            }
        };
    }

    /** Starts it; returns an exit code, 0 = it runs. */
    static int run(Options.Sidecar options, Log log) {
        try {
            HostCredential credential = options.credential() == null
                    ? HostCredential.read(System.in)
                    : HostCredential.load(options.credential());
            return new SidecarProxy(options, credential, log).start();
        } catch (IOException | IllegalArgumentException | TlsConfigException e) {
            System.err.println("weft proxy: " + e.getMessage());
            return Main.FAILED;
        }
    }

    private int start() {
        Shutdown shutdown = new Shutdown(proxy, this::leave, this::stop, options.drain());
        AdminPages pages = new AdminPages(
                proxy,
                new AdminPages.Facts(node, bootstrap(), () -> ads == null ? null : ads.status(), identity::secrets),
                new AdminPages.Actions(shutdown::drainOnly, shutdown::quit, identity::rotate));
        // On the machine's own loopback where the namespace is ours, else on the workload's loopback address.
        String loopback = options.mode() == Options.Mode.NONE ? options.address() : "127.0.0.1";
        AdminServer.Door open = new AdminServer.Door.Plain(false, null);
        // A namespace's rules keep other users away; a machine's loopback address is everybody's.
        AdminServer.Door guarded = new AdminServer.Door.Plain(true, LocalPeer::mayChangeUs);
        AdminServer.Door mutual = new AdminServer.Door.Mutual(
                identity.remoteAdmin(),
                identity.controlPlaneIdentity(),
                options.plainMetrics() ? pages::metrics : null);
        try {
            serve(new Address(options.address(), READINESS_PORT), open, pages::readiness);
            serve(new Address(loopback, ADMIN_PORT), guarded, pages::all);
            serve(new Address(options.address(), REMOTE_PORT), mutual, pages::remote);
        } catch (IOException e) {
            System.err.println("weft proxy: " + e.getMessage());
            return Main.FAILED;
        }
        shutdown.install();
        log.info("starting as " + identity.wanted() + ", instance " + self.name() + "." + options.namespace());
        proxy.loop().execute(identity::start);
        return Main.OK;
    }

    private void serve(Address address, AdminServer.Door door, Function<AdminRequest, AdminResponse> pages)
            throws IOException {
        try {
            new AdminServer(proxy.loop(), address, door, pages, log.component("admin"));
        } catch (Exception e) { // Netty throws what bind threw, unchecked
            throw new IOException("cannot bind " + address + ": " + e.getMessage(), e);
        }
    }

    /** What stands for a bootstrap file in the dump. */
    private Map<String, @Nullable Object> bootstrap() {
        Map<String, @Nullable Object> described = new LinkedHashMap<>();
        described.put("id", node.id());
        described.put("cluster", node.cluster());
        described.put("metadata", node.metadata());
        Map<String, @Nullable Object> bootstrap = new LinkedHashMap<>();
        bootstrap.put("node", described);
        bootstrap.put("control_plane", options.controlPlane().toString());
        return bootstrap;
    }

    /** A certificate came: the first one opens the way to the control plane, every one serves from now on. */
    private void issued(IssuedIdentity issued) {
        AdsClient running = ads;
        if (running == null) {
            proxy.impede(""); // an earlier refusal
            ControlPlane connection = new ControlPlane(identity.controlPlane(), random, log.component("xds"));
            running = new AdsClient(
                    new AdsClient.Config(
                            node,
                            true,
                            true,
                            true,
                            Map.of(),
                            XdsSnapshot.EMPTY,
                            Set.of(IssuedIdentity.CERTIFICATE_SECRET, IssuedIdentity.ROOTS_SECRET),
                            AdsClient.Config.DEFAULT_PATIENCE),
                    connection,
                    ResourceParser.XDS,
                    this::apply,
                    random,
                    log.component("xds"));
            controlPlane = connection;
            ads = running;
            connection.start();
            running.start();
        }
        running.secrets(identity.secrets());
    }

    private List<Diagnostic> apply(XdsSnapshot snapshot) {
        List<Diagnostic> problems = proxy.apply(snapshot);
        if (problems.stream().anyMatch(Diagnostic::isError)) {
            refused.refused(snapshot, problems);
            return problems;
        }
        refused.served(snapshot);
        proxy.impede(refused.reason());
        writeHosts(snapshot);
        // An instance that cannot serve all its ports is not announced.
        if (proxy.state() == State.INITIALIZING && proxy.impediment().isEmpty()) {
            proxy.live();
            awaitApplication();
        }
        return problems;
    }

    private void writeHosts(XdsSnapshot snapshot) {
        if (hosts == null) {
            return;
        }
        try {
            hosts.update(snapshot);
            hostsFailed = false;
        } catch (IOException e) {
            if (!hostsFailed) {
                hostsFailed = true;
                log.error("cannot write the names of services to " + options.hostsFile() + ": " + e.getMessage());
            }
        }
    }

    /** An instance is registered once its application serves, never before: traffic comes at once. Then it is watched. */
    private void awaitApplication() {
        if (options.ports().isEmpty()) {
            register();
            return;
        }
        InetSocketAddress address = new InetSocketAddress(
                options.address(), options.ports().getFirst().port());
        // Where connections are redirected, ours to our own address would be too, and meet ourselves: this source is
        // not.
        InetSocketAddress source =
                options.mode() == Options.Mode.REDIRECT && address.getAddress() instanceof Inet4Address
                        ? new InetSocketAddress(INBOUND_SOURCE, 0)
                        : null;
        LocalCheck check = new LocalCheck(
                proxy.controlLoop(), address, source, options.readiness().check(), log, this::applicationChanged);
        application = check;
        check.start();
    }

    /** The first time it serves it is registered; from then on the control plane hears whether it still does. */
    private void applicationChanged(boolean serves, String reason) {
        Lease held = lease;
        if (held == null) {
            if (options.readiness().interval().isZero() && application != null) {
                application.stop();
            }
            register();
            return;
        }
        if (serves) {
            log.info("the application passes its check again: " + reason);
        } else {
            log.warn("the application does not pass its check, others are asked instead: " + reason);
        }
        held.ready(serves, reason);
    }

    private void register() {
        ControlPlane connection = controlPlane;
        if (connection == null || proxy.state() != State.LIVE) {
            return;
        }
        Lease started = new Lease(connection, self.registration(), random, log.component("lease"));
        lease = started;
        started.start();
    }

    private CompletableFuture<Void> leave() {
        CompletableFuture<Void> left = new CompletableFuture<>();
        proxy.loop().execute(() -> {
            if (application != null) {
                application.stop();
            }
            Lease held = lease;
            if (held == null) {
                left.complete(null);
            } else {
                held.leave().thenAccept(left::complete);
            }
        });
        return left;
    }

    private void stop() {
        ControlPlane connection = controlPlane;
        if (connection != null) {
            connection.close();
        }
    }
}
