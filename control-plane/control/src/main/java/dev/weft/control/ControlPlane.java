package dev.weft.control;

import dev.weft.base.Address;
import dev.weft.base.Ticker;
import dev.weft.base.TrustDomain;
import dev.weft.ca.CertificateAuthority;
import dev.weft.ca.CertificateIssuer;
import dev.weft.ca.JoinTokens;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.Vips;
import dev.weft.sources.ConfigDirectory;
import dev.weft.sources.ConfigWatcher;
import dev.weft.sources.LeaseRegistry;
import dev.weft.translate.Translator;
import dev.weft.xdsserver.XdsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The control plane: sources → one thread → mesh image → views per class of proxies → xDS; a CA beside it; an operator API
 * in front of both. This page is wiring only.
 */
public final class ControlPlane implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.weft.control");

    private final ControlPlaneConfig config;
    private final StateDirectory state;
    private final CertificateIssuer issuer;
    private final MeshLoop mesh;
    private final ConfigWatcher watcher;
    private final LeaseRegistry leases;
    private final XdsServer xds;
    private final GrpcPorts ports;
    private final ServingIdentity serving;
    private final Operator operator;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("timer").daemon().factory());

    /** Starts everything and returns when it serves. {@link IOException} says what an operator has to change. */
    public static ControlPlane start(ControlPlaneConfig config) throws IOException {
        return start(config, Clock.systemUTC(), Ticker.SYSTEM);
    }

    static ControlPlane start(ControlPlaneConfig config, InstantSource clock, Ticker ticker) throws IOException {
        if (!Files.isDirectory(config.configDirectory())) {
            throw new IOException(
                    "no directory " + config.configDirectory() + "; make it and put the mesh's YAML there");
        }
        StateDirectory state = StateDirectory.open(config.stateDirectory());
        try {
            return new ControlPlane(config, state, clock, ticker);
        } catch (GeneralSecurityException e) {
            state.close();
            throw new IOException("cannot set up TLS: " + e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            state.close();
            throw e;
        }
    }

    private ControlPlane(ControlPlaneConfig config, StateDirectory state, InstantSource clock, Ticker ticker)
            throws IOException, GeneralSecurityException {
        this.config = config;
        this.state = state;
        TrustDomain trustDomain = trustDomain();
        CertificateAuthority authority = CertificateAuthority.open(state.resolve("ca"), trustDomain, clock);
        issuer = CertificateIssuer.open(
                state.resolve("ca"), authority, JoinTokens.open(state.resolve("tokens"), clock), config.ca(), clock);
        serving = new ServingIdentity(issuer, clock);

        ProxySessions sessions = new ProxySessions(
                new TranslatedViews(
                        new Translator(),
                        new SecretResources(issuer, clock),
                        new ForeignIdentities(trustDomain, config.foreignIdentities())),
                clock);
        VipTable vips = new VipTable(state);
        // The table of addresses first: a name must never be served with an address that a restart takes back.
        MeshLoop.Publisher publisher = delta -> {
            vips.save(delta.after().vips());
            sessions.publish(delta);
        };
        mesh = new MeshLoop(
                MeshImage.empty(Vips.parse(vips.load())),
                Set.of(ConfigWatcher.SOURCE, LeaseRegistry.SOURCE),
                publisher);
        xds = new XdsServer(sessions, clock, ticker);
        sessions.attach(xds, mesh);
        leases = new LeaseRegistry(ticker, state.resolve("leases"), mesh::accept);
        watcher = new ConfigWatcher(
                config.configDirectory(), state.resolve("last-good").resolve("documents.yaml"), mesh::accept);

        IssuedCertificates issued = new IssuedCertificates();
        SettledPublisher settled = new SettledPublisher(mesh, xds);
        ports = new GrpcPorts(
                serving,
                xds,
                List.of(
                        new CertificateService(issuer, issued).bindService(),
                        new RegistryService(leases, settled).bindService()));
        operator = new Operator(
                config, state, clock, mesh, new MeshFindings(mesh), sessions, xds, issuer, issued, leases, serving);

        mesh.start();
        leases.start();
        watcher.start();
        ports.start(config);
        operator.start();
        timer.scheduleWithFixedDelay(guarded(leases::tick), 100, 100, TimeUnit.MILLISECONDS);
        timer.scheduleWithFixedDelay(
                guarded(() -> {
                    try {
                        serving.renewIfDue();
                        mesh.execute(sessions::renewIfDue);
                    } catch (GeneralSecurityException e) {
                        LOG.log(System.Logger.Level.ERROR, "the own certificate could not be renewed", e);
                    }
                }),
                1,
                1,
                TimeUnit.MINUTES);
    }

    /** A trust domain is chosen once: by the flag, else by the root that is there, else by the Mesh document. */
    private TrustDomain trustDomain() {
        if (config.trustDomain() != null) {
            return new TrustDomain(config.trustDomain());
        }
        TrustDomain stored = CertificateAuthority.stored(state.resolve("ca"));
        return stored != null
                ? stored
                : ConfigDirectory.load(config.configDirectory())
                        .image()
                        .settings()
                        .trustDomain();
    }

    /** A task that fails must not end its timer. */
    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "a periodic task failed", e);
            }
        };
    }

    /** Where proxies connect over TLS. */
    public Address xdsAddress() {
        return new Address(config.xds().host(), ports.tlsPort());
    }

    /** Where xDS is served without TLS; null when it is not. */
    public @Nullable Address plaintextXdsAddress() {
        Address plain = config.plaintextXds();
        return plain == null ? null : new Address(plain.host(), ports.plaintextPort());
    }

    /** Where the operator API is. */
    public Address operatorAddress() {
        return operator.address();
    }

    /** Where the metrics are. */
    public Address metricsAddress() {
        return operator.metricsAddress();
    }

    /** What opens the operator API. */
    public String operatorToken() {
        return operator.token();
    }

    /** Makes a join token, as the operator API does. */
    public CertificateIssuer issuer() {
        return issuer;
    }

    ServingIdentity serving() {
        return serving;
    }

    XdsServer xds() {
        return xds;
    }

    MeshLoop mesh() {
        return mesh;
    }

    @Override
    public void close() throws IOException {
        timer.shutdownNow();
        watcher.close();
        operator.close();
        xds.close();
        ports.close();
        mesh.close();
        leases.close();
        issuer.close();
        state.close();
    }

    /** {@code weft control-plane}. */
    public static void main(String[] words) {
        System.exit(Main.run(List.of(words), System.out, System.err, new CountDownLatch(1)));
    }
}
