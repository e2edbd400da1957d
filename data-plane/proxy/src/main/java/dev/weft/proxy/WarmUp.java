package dev.weft.proxy;

import dev.weft.base.Address;
import dev.weft.base.Log;
import dev.weft.base.TrustDomain;
import dev.weft.identity.CertificateRequest;
import dev.weft.identity.HostCredential;
import dev.weft.identity.IssuedIdentity;
import dev.weft.identity.KeyPairs;
import dev.weft.net.TlsConfigException;
import dev.weft.net.TlsContext;
import dev.weft.net.TlsContexts;
import dev.weft.proxycore.WorkloadLabels;
import dev.weft.upstream.Whereabouts;
import dev.weft.xdsclient.AdsClient;
import dev.weft.xdsclient.ControlPlane;
import dev.weft.xdsclient.GrpcTarget;
import dev.weft.xdsclient.ResourceParser;
import dev.weft.xdsmodel.Bootstrap;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.Secret;
import dev.weft.xdsmodel.XdsReader;
import dev.weft.xdsmodel.XdsSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A short life of a proxy for the JVM to learn from: {@code --warm-up} under {@code -XX:AOTCacheOutput}. It goes through
 * what a sidecar does on its way to ready and for its first requests, on loopback ports of its own: bootstrap, TLS both ways,
 * a configuration stream, admin pages. The certificate it uses is in the jar, so known to everybody and trusted by nobody.
 */
final class WarmUp {
    /** Enough for what is hot to be compiled by the second compiler under the flags of a training run. */
    private static final int REQUESTS = 24_000;

    private static final int FIRST_REQUESTS = 200;
    private static final int MAX_SECONDS = 8;
    private static final String LOOPBACK = "127.0.0.1";

    private final HostCredential credential;
    private final WarmUpLoad load = new WarmUpLoad();
    private final Proxy proxy;

    private WarmUp() throws IOException {
        try (InputStream pem = WarmUp.class.getResourceAsStream("warm-up.pem")) {
            if (pem == null) {
                throw new IOException("warm-up.pem is missing");
            }
            this.credential = HostCredential.read(pem);
        }
        this.proxy = new Proxy(
                0, Whereabouts.UNKNOWN, WorkloadLabels.UNKNOWN, "", Log.to(System.err, Log.Level.WARN, "warm-up"));
    }

    static int run() {
        try {
            fromBootstrap();
            WarmUp life = new WarmUp();
            try (life.load) {
                life.live();
            }
            return Main.OK;
        } catch (IOException | TlsConfigException | InterruptedException e) {
            System.err.println("weft proxy: warm-up: " + e);
            return Main.FAILED;
        }
    }

    /** A proxy with static resources only; it stays until the process ends. */
    private static void fromBootstrap() throws IOException {
        Path file = Files.createTempFile("weft-warm-up", ".json");
        try {
            Files.writeString(file, resource("warm-up-static.json"));
            Options options = Options.parse("--bootstrap", file.toString(), "--log-level", "warn");
            if (!(options instanceof Options.FromBootstrap bootstrap)
                    || BootstrapProxy.run(bootstrap, Main.log(bootstrap.level())) != Main.OK) {
                throw new IOException("no proxy from " + file);
            }
        } finally {
            Files.delete(file);
        }
    }

    private void live() throws IOException, TlsConfigException, InterruptedException {
        Map<String, Secret> secrets = new HashMap<>();
        new IssuedIdentity(credential.identity(), credential.key(), credential.chain(), credential.roots())
                .secrets()
                .forEach(secret -> secrets.put(secret.name(), secret));
        CertificateRequest.pem(KeyPairs.newP256(), new TrustDomain("warm.up").workload("default", "warm"));
        TlsContexts contexts = new TlsContexts();
        contexts.secrets(secrets);
        TlsContext serverTls = contexts.server(MeshIdentity.serverSide("h2"));

        XdsSnapshot snapshot = snapshot(secrets);
        CountDownLatch live = new CountDownLatch(1);
        AdsClient ads;
        try (H2Sink sink = new H2Sink(proxy.controlThread(), serverTls)) {
            GrpcTarget target = new GrpcTarget(
                    new Address(LOOPBACK, sink.port()),
                    "warm-up",
                    new GrpcTarget.Tls(contexts.client(MeshIdentity.clientSide()), credential.identity()),
                    proxy.controlThread(),
                    Duration.ofSeconds(7));
            ControlPlane controlPlane = new ControlPlane(target, new SplittableRandom(), proxy.log());
            ads = new AdsClient(
                    new AdsClient.Config(
                            new MeshNode(sidecar(), "0").node(),
                            true,
                            true,
                            true,
                            Map.of(),
                            snapshot,
                            Set.of(),
                            Duration.ofMillis(500)),
                    controlPlane,
                    ResourceParser.XDS,
                    next -> {
                        var problems = proxy.apply(next);
                        proxy.live();
                        live.countDown();
                        return problems;
                    },
                    new SplittableRandom(),
                    Log.to(System.err, Log.Level.ERROR, "warm-up"));
            controlPlane.start();
            ads.start();
            if (!live.await(30, TimeUnit.SECONDS)) {
                throw new IOException("not live");
            }
            for (int i = 0; i < FIRST_REQUESTS; i++) {
                load.request(port("outbound"), "/" + i);
            }
            load.requests(port("outbound"), REQUESTS, MAX_SECONDS);
            load.requests(port("tcp"), REQUESTS / 4, MAX_SECONDS / 4);
            AdminPages pages = new AdminPages(
                    proxy,
                    new AdminPages.Facts(new MeshNode(sidecar(), "0").node(), Map.of(), ads::status, () -> secrets),
                    new AdminPages.Actions(() -> {}, () -> {}, null));
            AdminServer admin = new AdminServer(
                    proxy.loop(),
                    new Address(LOOPBACK, 0),
                    new AdminServer.Door.Plain(true, null),
                    pages::all,
                    proxy.log());
            for (String path :
                    List.of("/ready", "/stats/prometheus", "/config_dump", "/certs", "/clusters", "/stats")) {
                load.request(admin.port(), path);
            }
            controlPlane.close();
        }
        proxy.beginDrain(null);
        proxy.drain(Duration.ofSeconds(2));
        proxy.close();
    }

    private static String resource(String name) throws IOException {
        try (InputStream resource = WarmUp.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IOException(name + " is missing");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Options.Sidecar sidecar() {
        return (Options.Sidecar) Options.parse(
                "--sidecar",
                "--control-plane",
                "127.0.0.1:1",
                "--credential-fd",
                "0",
                "--service",
                "warm",
                "--address",
                LOOPBACK,
                "--port",
                "1");
    }

    private int port(String listener) throws IOException {
        var address = proxy.engine().boundAddress(listener);
        if (address == null) {
            throw new IOException("listener " + listener + " is not there");
        }
        return address.getPort();
    }

    /** {@code outbound} sends over TLS to {@code inbound}, which sends to the backend. */
    private XdsSnapshot snapshot(Map<String, Secret> secrets) throws IOException {
        String text = resource("warm-up.json");
        try (ServerSocket inbound = new ServerSocket(0);
                ServerSocket plain = new ServerSocket(0)) {
            text = text.replace("\"@INBOUND@\"", Integer.toString(inbound.getLocalPort()))
                    .replace("\"@PLAIN@\"", Integer.toString(plain.getLocalPort()))
                    .replace("\"@BACKEND@\"", Integer.toString(load.applicationPort()));
        }
        if (!(XdsReader.bootstrap(text) instanceof Parsed.Ok<Bootstrap> ok)) {
            throw new IOException("warm-up.json: " + XdsReader.bootstrap(text));
        }
        XdsSnapshot read = ok.value().staticResources();
        Map<String, Secret> all = new LinkedHashMap<>(read.secrets());
        all.putAll(secrets);
        return new XdsSnapshot(0, read.listeners(), read.routes(), read.clusters(), read.endpoints(), all);
    }
}
