package dev.weft.proxy;

import dev.weft.base.Address;
import dev.weft.base.Log;
import dev.weft.base.SpiffeId;
import dev.weft.identity.CertificateSource;
import dev.weft.identity.HostCredential;
import dev.weft.identity.IssuedIdentity;
import dev.weft.identity.WorkloadIdentity;
import dev.weft.net.TlsConfigException;
import dev.weft.net.TlsContext;
import dev.weft.net.TlsContexts;
import dev.weft.net.TlsProvider;
import dev.weft.xdsclient.CertificateCall;
import dev.weft.xdsclient.ControlThread;
import dev.weft.xdsclient.GrpcStatus;
import dev.weft.xdsclient.GrpcTarget;
import dev.weft.xdsmodel.CommonTls;
import dev.weft.xdsmodel.Secret;
import dev.weft.xdsmodel.TransportSocket;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A sidecar's identity in the mesh: gets the workload's certificate with the host credential, renews it with the
 * certificate itself, and gives TLS to whoever speaks as the workload. Confined to the control thread.
 */
final class MeshIdentity {
    private static final Duration VALIDITY = Duration.ofHours(24);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(8);
    private static final Duration ROTATION = Duration.ofSeconds(10);
    private static final Duration KEEPALIVE = Duration.ofSeconds(7); // a dead peer is found within twice that

    private final EventLoop loop;
    private final Log log;
    private final Address controlPlane;
    private final SpiffeId controlPlaneIdentity;
    private final TlsContexts hostTls;
    private final SpiffeId host;
    private final GrpcTarget asHost;
    private final HostRenewal renewal;
    private final GrpcTarget asWorkload;
    private final TlsContexts workloadTls;
    private final TlsContext remoteAdmin;
    private final WorkloadIdentity identity;
    private final String workload;
    private final Consumer<IssuedIdentity> issued;
    private final Consumer<String> refused;
    private final List<CompletableFuture<IssuedIdentity>> rotations = new ArrayList<>(); // waited for
    private Map<String, Secret> secrets = Map.of();
    private boolean failing; // logged once at its edges
    private @Nullable Future<?> wake;

    /**
     * @param store where the host credential is kept when it was renewed
     * @param instance name of the workload, without namespace
     * @param issued hears of every new certificate
     * @param refused hears why there is not even a first certificate, when asking again will not help
     */
    MeshIdentity(
            ControlThread thread,
            HostCredential credential,
            HostRenewal.Store store,
            Address controlPlane,
            String instance,
            String namespace,
            String serviceAccount,
            RandomGenerator random,
            Log log,
            Consumer<IssuedIdentity> issued,
            Consumer<String> refused)
            throws TlsConfigException {
        this.loop = thread.loop();
        this.log = log;
        this.controlPlane = controlPlane;
        this.workload = instance + "." + namespace;
        this.issued = issued;
        this.refused = refused;
        this.controlPlaneIdentity = credential.identity().trustDomain().workload("weft-system", "control-plane");
        TlsProvider provider = TlsProvider.preferred();
        this.hostTls = new TlsContexts(provider);
        show(credential);
        this.host = credential.identity();
        this.asHost = target(thread, hostTls.client(clientSide()));
        this.renewal = new HostRenewal(
                loop,
                credential,
                held -> CertificateCall.create(
                        asHost, held.renewalRequest(), Duration.ZERO, Map.of(), Map.of(), CALL_TIMEOUT),
                renewed -> {
                    show(renewed);
                    store.save(renewed);
                },
                random,
                log);
        this.workloadTls = new TlsContexts(provider);
        this.asWorkload = target(thread, workloadTls.client(clientSide()));
        this.remoteAdmin = workloadTls.server(serverSide("http/1.1"));
        this.identity = new WorkloadIdentity(
                credential.identity().trustDomain().workload(namespace, serviceAccount),
                VALIDITY,
                new Source(),
                InstantSource.system(),
                random,
                new Listener());
    }

    /** New connections as the host use this credential. */
    private void show(HostCredential credential) {
        hostTls.secrets(byName(new IssuedIdentity(
                                credential.identity(), credential.key(), credential.chain(), credential.roots())
                        .secrets()))
                .forEach(problem -> log.error(problem.toString()));
    }

    private GrpcTarget target(ControlThread thread, TlsContext tls) {
        return new GrpcTarget(
                controlPlane,
                controlPlane.toString(),
                new GrpcTarget.Tls(tls, controlPlaneIdentity),
                thread,
                KEEPALIVE);
    }

    /** TLS 1.3 with a client certificate of the trust domain, for secrets named as a workload's. */
    static TransportSocket.DownstreamTls serverSide(String alpn) {
        return new TransportSocket.DownstreamTls(common(List.of(alpn)), true, false);
    }

    static TransportSocket.UpstreamTls clientSide() {
        return new TransportSocket.UpstreamTls(common(List.of("h2")), "", false, false);
    }

    private static CommonTls common(List<String> alpn) {
        return CommonTls.ofSecrets(
                IssuedIdentity.CERTIFICATE_SECRET,
                new CommonTls.Validation(null, IssuedIdentity.ROOTS_SECRET),
                CommonTls.TlsVersion.TLSv1_3,
                alpn);
    }

    private static Map<String, Secret> byName(List<Secret> list) {
        Map<String, Secret> map = new LinkedHashMap<>();
        list.forEach(secret -> map.put(secret.name(), secret));
        return map;
    }

    /** The control plane, spoken to as the workload; new connections use the newest certificate. */
    GrpcTarget controlPlane() {
        return asWorkload;
    }

    SpiffeId controlPlaneIdentity() {
        return controlPlaneIdentity;
    }

    /** The server side of port 15020. */
    TlsContext remoteAdmin() {
        return remoteAdmin;
    }

    SpiffeId wanted() {
        return identity.wanted();
    }

    /** The secrets {@code default} and {@code ROOTCA} as they are now; empty before the first certificate. */
    Map<String, Secret> secrets() {
        return secrets;
    }

    /** Asks for what is due, now and from here on. */
    void start() {
        tick();
        renewal.start();
    }

    /** Asks for a new certificate now; completes once it serves, or fails after a while. Any thread. */
    CompletableFuture<IssuedIdentity> rotate() {
        CompletableFuture<IssuedIdentity> done = new CompletableFuture<>();
        loop.execute(() -> {
            rotations.add(done);
            identity.rotateNow();
            tick();
        });
        loop.schedule(
                () -> {
                    rotations.remove(done);
                    String why = identity.lastFailure();
                    done.completeExceptionally(new IllegalStateException("no new certificate within "
                            + ROTATION.toSeconds() + " s" + (why == null ? "" : ": " + why)));
                },
                ROTATION.toSeconds(),
                TimeUnit.SECONDS);
        return done;
    }

    private void tick() {
        if (wake != null) {
            wake.cancel(false);
        }
        Instant next = identity.tick();
        long millis = Math.max(1, Duration.between(Instant.now(), next).toMillis());
        wake = loop.schedule(this::tick, millis, TimeUnit.MILLISECONDS);
    }

    /** The workload's name is a hint for status pages; the identity is asked for by the host credential only. */
    private Map<String, String> metadata(boolean renewal, CertificateSource.Request request) {
        return renewal
                ? Map.of("weft.workload", workload)
                : Map.of(
                        "weft.workload",
                        workload,
                        "weft.identity",
                        request.identity().toString());
    }

    /**
     * Why it is of no use for a host credential to ask again, or null. A token for more, or a new credential, changes such
     * an answer; time does not. What the credential covers only the control plane knows.
     */
    static @Nullable String finalRefusal(GrpcStatus status, SpiffeId wanted, SpiffeId host) {
        String account = wanted.namespace() + "/" + wanted.serviceAccount();
        return switch (status.code()) {
            case GrpcStatus.PERMISSION_DENIED ->
                "was refused the identity " + wanted + ": the token " + host + " joined with does not cover " + account
                        + " (" + status + ")";
            case GrpcStatus.UNAUTHENTICATED ->
                "was refused the identity " + wanted + ": the control plane does not take the credential of " + host
                        + ", join again (" + status + ")";
            default -> null;
        };
    }

    private final class Source implements CertificateSource {
        @Override
        public void request(Request request, Answer answer) {
            IssuedIdentity held = identity.current();
            // The certificate itself asks for its successor; the host credential for the first, and when that failed.
            boolean renewal = held != null
                    && identity.lastFailure() == null
                    && held.notAfter().isAfter(Instant.now());
            CertificateCall.create(
                            renewal ? asWorkload : asHost,
                            request.csrPem(),
                            request.validity(),
                            metadata(renewal, request),
                            Map.of(),
                            CALL_TIMEOUT)
                    .whenComplete((chain, failure) -> {
                        if (failure == null) {
                            answer.issued(chain);
                        } else {
                            Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                                    ? failure.getCause()
                                    : failure;
                            answer.failed(String.valueOf(cause.getMessage()));
                            if (held == null && cause instanceof CertificateCall.RefusedException refusal) {
                                String why = finalRefusal(refusal.status(), request.identity(), host);
                                if (why != null) {
                                    refused.accept(why);
                                }
                            }
                        }
                        loop.execute(MeshIdentity.this::tick);
                    });
        }
    }

    private final class Listener implements WorkloadIdentity.Listener {
        @Override
        public void issued(IssuedIdentity fresh) {
            secrets = byName(fresh.secrets());
            workloadTls.secrets(secrets).forEach(problem -> log.error(problem.toString()));
            failing = false;
            log.info("certificate " + fresh);
            issued.accept(fresh);
            List<CompletableFuture<IssuedIdentity>> waiting = List.copyOf(rotations);
            rotations.clear();
            waiting.forEach(done -> done.complete(fresh));
        }

        @Override
        public void failed(String reason, Instant retryAt) {
            if (failing) {
                log.debug("no certificate: " + reason);
            } else {
                failing = true;
                log.warn("no certificate for " + identity.wanted() + ": " + reason + "; trying again");
            }
        }

        @Override
        public void alarm(WorkloadIdentity.Alarm level, IssuedIdentity held) {
            log.error("certificate renewal is " + level.name().toLowerCase(java.util.Locale.ROOT) + ": " + held
                    + (identity.lastFailure() == null ? "" : "; last failure: " + identity.lastFailure()));
        }
    }
}
